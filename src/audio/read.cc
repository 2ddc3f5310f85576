#include "audio/read.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "audio/resample.h"
#include "base/error.h"
#include "base/mapped_file.h"

namespace musicgen::audio {
namespace {

constexpr int64_t kBlockValues = 1 << 16;

// The library knows many old formats whose readers see little use; files of other kinds than these
// never reach it.
bool IsKnown(std::string_view bytes) {
  const auto at = [&](size_t offset, std::string_view magic) {
    return bytes.size() >= offset && bytes.substr(offset, magic.size()) == magic;
  };
  if (at(0, "RIFF") || at(0, "RF64")) return at(8, "WAVE");
  if (at(0, "FORM")) return at(8, "AIFF") || at(8, "AIFC");
  if (at(0, "fLaC") || at(0, "OggS") || at(0, "ID3")) return true;
  return bytes.size() >= 2 && bytes[0] == '\xff' && (bytes[1] & 0xe0) == 0xe0;  // an MPEG frame
}

bool IsKnown(int format) {
  switch (format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
    case SF_FORMAT_RF64:
    case SF_FORMAT_AIFF:
    case SF_FORMAT_FLAC:
    case SF_FORMAT_OGG:
    case SF_FORMAT_MPEG:
      return true;
    default:
      return false;
  }
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

void CheckHeader(const SF_INFO& info, const std::string& where, const ReadLimits& limits) {
  if (!IsKnown(info.format)) {
    ThrowBadInput(where, ": expected WAV, AIFF, FLAC, Ogg or MP3, found another kind of sound");
  }
  if (info.channels < 1 || info.channels > limits.channels) {
    ThrowBadInput(where, ": expected from 1 to ", limits.channels, " channels, found ",
                  info.channels);
  }
  if (info.samplerate < 1 || info.samplerate > kMostSampleRate) {
    ThrowBadInput(where, ": expected a sample rate from 1 to ", kMostSampleRate, " Hz, found ",
                  info.samplerate);
  }
}

// Frames a sound of these channels and rate may have.
int64_t MostFrames(const SF_INFO& info, const ReadLimits& limits) {
  const double frames = limits.duration_s * static_cast<double>(info.samplerate);
  return std::min(static_cast<int64_t>(std::min(frames, 1e15)), limits.values / info.channels);
}

// Interleaved samples to the end of the sound, whatever the header says of its length.
std::vector<float> ReadAll(SNDFILE* file, const SF_INFO& info, const std::string& where,
                           const ReadLimits& limits) {
  const int64_t most = MostFrames(info, limits);
  std::vector<float> values;
  std::vector<float> block(static_cast<size_t>(kBlockValues / info.channels * info.channels));
  for (int64_t frames = 0;;) {
    const sf_count_t n = sf_readf_float(file, block.data(), kBlockValues / info.channels);
    if (n <= 0) return values;
    frames += n;
    if (frames > most) {
      ThrowBadInput(where, ": expected at most ",
                    static_cast<double>(most) / static_cast<double>(info.samplerate),
                    " s of sound of ", info.channels, " channels, found more");
    }
    values.insert(values.end(), block.begin(), block.begin() + n * info.channels);
  }
}

Waveform Deinterleave(const std::vector<float>& values, const SF_INFO& info,
                      const std::string& where) {
  Waveform wave(info.samplerate, info.channels,
                static_cast<int64_t>(values.size()) / info.channels);
  for (int64_t c = 0; c < wave.channels; ++c) {
    float* to = wave.channel(c);
    for (int64_t n = 0; n < wave.samples; ++n) {
      to[n] = values[static_cast<size_t>(n * wave.channels + c)];
      if (!std::isfinite(to[n])) {
        ThrowBadInput(where, ": sample ", n, " of channel ", c, " is not a finite number");
      }
    }
  }
  return wave;
}

}  // namespace

Waveform DecodeAudio(std::string_view bytes, const std::string& where, const ReadLimits& limits) {
  const std::string name = Printable(where, 200);
  if (!IsKnown(bytes)) {
    ThrowBadInput(name, ": expected a sound file (WAV, AIFF, FLAC, Ogg or MP3), found ",
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
  CheckHeader(info, name, limits);
  const std::vector<float> values = ReadAll(file.get(), info, name, limits);
  if (values.empty()) ThrowBadInput(name, ": expected at least one sample of sound, found none");
  return Deinterleave(values, info, name);
}

Waveform ReadAudio(const std::string& path, const ReadLimits& limits) {
  const MappedFile file(path);
  return DecodeAudio(file.bytes(), path, limits);
}

}  // namespace musicgen::audio
