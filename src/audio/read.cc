#include "audio/read.h"

#include <sndfile.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "audio/interleaved.h"
#include "audio/mp3_decoder.h"
#include "audio/wav_reader.h"
#include "base/error.h"
#include "base/mapped_file.h"

namespace musicgen::audio {
namespace {

constexpr int64_t kBlockFrames = 4096;

// The library knows many old formats whose readers see little use; files of other kinds than these
// two never reach it.
bool IsForLibrary(std::string_view bytes) {
  return bytes.substr(0, 4) == "fLaC" || bytes.substr(0, 4) == "OggS";
}

bool IsForLibrary(int format) {
  const int type = format & SF_FORMAT_TYPEMASK;
  return type == SF_FORMAT_FLAC || type == SF_FORMAT_OGG;
}

struct Source {
  std::string_view bytes;
  sf_count_t position = 0;
};

sf_count_t SourceSize(void* source) {
  return static_cast<sf_count_t>(static_cast<Source*>(source)->bytes.size());
}

sf_count_t SourceTell(void* source) { return static_cast<Source*>(source)->position; }

sf_count_t SourceSeek(sf_count_t offset, int whence, void* opaque) {
  Source& source = *static_cast<Source*>(opaque);
  const sf_count_t size = SourceSize(opaque);
  const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? source.position : size;
  if (offset < -base || offset > size - base) return -1;
  return source.position = base + offset;
}

sf_count_t SourceRead(void* data, sf_count_t bytes, void* opaque) {
  Source& source = *static_cast<Source*>(opaque);
  const sf_count_t n = std::clamp<sf_count_t>(SourceSize(opaque) - source.position, 0, bytes);
  std::memcpy(data, source.bytes.data() + source.position, static_cast<size_t>(n));
  source.position += n;
  return n;
}

sf_count_t SourceWrite(const void*, sf_count_t, void*) { return 0; }

}  // namespace

Waveform DecodeAudio(std::string_view bytes, const std::string& where, const ReadLimits& limits) {
  const std::string name = Printable(where, 200);
  if (LooksLikeMp3(bytes)) return DecodeMp3(bytes, name, limits);
  if (LooksLikeWav(bytes)) return DecodeWav(bytes, name, limits);
  if (!IsForLibrary(bytes)) {
    ThrowBadInput(name, ": expected a sound file (WAV, FLAC, Ogg or MP3), found ",
                  bytes.empty() ? "nothing" : "something else");
  }
  Source source = {bytes};
  SF_VIRTUAL_IO io = {SourceSize, SourceSeek, SourceRead, SourceWrite, SourceTell};
  SF_INFO info = {};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(
      sf_open_virtual(&io, SFM_READ, &info, &source), sf_close);
  if (file == nullptr) {
    ThrowBadInput(name, ": cannot read the sound file: ", Printable(sf_strerror(nullptr), 200));
  }
  if (!IsForLibrary(info.format)) {
    ThrowBadInput(name, ": expected WAV, FLAC, Ogg or MP3, found another kind of sound");
  }
  Interleaved sound(name, limits);
  sound.SetFormat(info.samplerate, info.channels);
  std::vector<float> block(static_cast<size_t>(kBlockFrames * info.channels));
  while (true) {  // to the end of the sound, whatever the header says of its length
    const sf_count_t frames = sf_readf_float(file.get(), block.data(), kBlockFrames);
    if (frames <= 0) return sound.Finish();
    sound.Append({block.data(), static_cast<size_t>(frames * info.channels)});
  }
}

Waveform ReadAudio(const std::string& path, const ReadLimits& limits) {
  const MappedFile file(path);
  return DecodeAudio(file.bytes(), path, limits);
}

}  // namespace musicgen::audio
