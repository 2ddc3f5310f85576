#include "audio/read.h"

#include <ctime>
#include <optional>

#include "audio/aiff_au_caf.h"
#include "audio/ffmpeg_reader.h"
#include "audio/id3.h"
#include "audio/interleaved.h"
#include "audio/library_reader.h"
#include "audio/mp3_decoder.h"
#include "audio/mpeg_frames.h"
#include "audio/ogg_links.h"
#include "audio/sound_kind.h"
#include "audio/wav_reader.h"
#include "base/error.h"
#include "base/mapped_file.h"

namespace musicgen::audio {
namespace {

void DecodeOgg(std::string_view bytes, Interleaved& sound) {
  const std::vector<std::string_view> links = OggLinks(bytes);
  for (const std::string_view link : links) {
    if (sound.full()) return;
    const std::string coding = OggCoding(link);
    std::string problem;
    if (coding == "FLAC") {
      problem = TryWithLibrary("", UnwrapFlac(link), sound);
    } else if (coding == "Vorbis" || coding == "Opus") {
      problem = TryWithLibrary("", link, sound);
    } else {
      problem =
          "expected Vorbis, Opus or FLAC, found " + coding + ": " + HowToConvert(sound.where());
    }
    // A last link may be cut within its headers.
    if (problem.empty() || (!sound.empty() && link.data() == links.back().data())) continue;
    ThrowBadInput(sound.where(), ": cannot read the Ogg file: ", problem);
  }
}

void Decode(std::string_view bytes, Interleaved& sound) {
  const std::string_view inside = SkipId3(bytes);
  if (LooksLikeWav(inside)) return DecodeWav(inside, sound);
  if (LooksLikeAiff(inside)) return DecodeAiff(inside, sound);
  if (LooksLikeAu(inside)) return DecodeAu(inside, sound);
  if (LooksLikeCaf(inside)) return DecodeCaf(inside, sound);
  if (inside.substr(0, 4) == "fLaC") return DecodeWithLibrary("", inside, sound);
  if (inside.substr(0, 4) == "OggS") return DecodeOgg(inside, sound);
  const std::optional<FfmpegKind> foreign = FindFfmpegKind(inside);
  if (foreign && HasFfmpeg()) return DecodeWithFfmpeg(*foreign, inside, sound);
  std::string found = OtherKind(inside, sound.where());
  if (found.empty()) {
    if (const std::optional<size_t> first = FindMpegFrames(inside)) {
      return DecodeMp3(inside.substr(*first), sound);
    }
    found = UnknownKind(inside);
  }
  ThrowBadInput(sound.where(),
                ": expected a sound file (WAV, AIFF, AU, CAF, FLAC, Ogg or MP3), found ", found);
}

}  // namespace

Waveform DecodeAudio(std::string_view bytes, const std::string& where, const Excerpt& excerpt,
                     const ReadLimits& limits) {
  Interleaved sound(Printable(where, 200), limits, excerpt);
  Decode(bytes, sound);
  return sound.Finish();
}

Waveform ReadAudio(const std::string& path, const Excerpt& excerpt, const ReadLimits& limits) {
  const MappedFile file(path);
  return DecodeAudio(file.bytes(), path, excerpt, limits);
}

void LoadDecoder(std::string_view bytes) {
  if (!FindFfmpegKind(SkipId3(bytes)) || !HasFfmpeg()) return;
  tzset();  // for the dates in their heads
}

SoundInfo DecodeSoundInfo(std::string_view bytes, const std::string& where,
                          const ReadLimits& limits) {
  constexpr double kBeyondAll = 1e12;
  Interleaved sound(Printable(where, 200), limits, {kBeyondAll, 0});
  Decode(bytes, sound);
  if (sound.empty()) {
    ThrowBadInput(sound.where(), ": expected at least one sample of sound, found none");
  }
  return {sound.sample_rate_hz(), sound.channels(), sound.passed()};
}

SoundInfo ReadSoundInfo(const std::string& path, const ReadLimits& limits) {
  const MappedFile file(path);
  return DecodeSoundInfo(file.bytes(), path, limits);
}

}  // namespace musicgen::audio
