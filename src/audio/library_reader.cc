#include "audio/library_reader.h"

#include <sndfile.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "audio/append_converted.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr int64_t kBlockFrames = 4096;

// How often the library may ask: some for the headers, then as often as it likes if it gets on.
// One that goes round in circles is told that the file has ended.
constexpr int64_t kCalls = 100000;
constexpr int64_t kBytesPerCall = 16;

struct Source {
  std::string_view head, body;
  sf_count_t position = 0;
  int64_t calls_left = 0;
};

sf_count_t SourceSize(void* opaque) {
  const Source& source = *static_cast<Source*>(opaque);
  return static_cast<sf_count_t>(source.head.size() + source.body.size());
}

sf_count_t SourceTell(void* opaque) { return static_cast<Source*>(opaque)->position; }

sf_count_t SourceSeek(sf_count_t offset, int whence, void* opaque) {
  Source& source = *static_cast<Source*>(opaque);
  const sf_count_t size = SourceSize(opaque);
  const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? source.position : size;
  if (--source.calls_left < 0) return -1;
  if (offset < -base || offset > size - base) return -1;
  return source.position = base + offset;
}

sf_count_t SourceRead(void* data, sf_count_t bytes, void* opaque) {
  Source& source = *static_cast<Source*>(opaque);
  if (--source.calls_left < 0) return 0;
  sf_count_t done = 0;
  const auto copy = [&](std::string_view from, sf_count_t start) {
    const sf_count_t at = source.position - start;
    const sf_count_t n =
        std::clamp<sf_count_t>(static_cast<sf_count_t>(from.size()) - at, 0, bytes - done);
    if (n <= 0) return;
    std::memcpy(static_cast<char*>(data) + done, from.data() + at, static_cast<size_t>(n));
    source.position += n;
    done += n;
  };
  copy(source.head, 0);
  copy(source.body, static_cast<sf_count_t>(source.head.size()));
  return done;
}

sf_count_t SourceWrite(const void*, sf_count_t, void*) { return 0; }

void ReadAll(SNDFILE* file, const SF_INFO& info, Interleaved& sound) {
  sound.SetFormat(info.samplerate, info.channels);
  std::vector<float> block(static_cast<size_t>(kBlockFrames * info.channels));
  while (!sound.full()) {
    const sf_count_t frames = sf_readf_float(file, block.data(), kBlockFrames);
    if (frames <= 0) return;
    sound.Append({block.data(), static_cast<size_t>(frames * info.channels)});
  }
}

}  // namespace

std::string TryWithLibrary(const std::string& head, std::string_view body, Interleaved& sound) {
  Source source = {head, body};
  source.calls_left = kCalls + SourceSize(&source) / kBytesPerCall;
  SF_VIRTUAL_IO io = {SourceSize, SourceSeek, SourceRead, SourceWrite, SourceTell};
  SF_INFO info = {};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(
      sf_open_virtual(&io, SFM_READ, &info, &source), sf_close);
  if (file == nullptr) return Printable(sf_strerror(nullptr), 200);
  const bool fits = sound.empty() || (info.samplerate == sound.sample_rate_hz() &&
                                      info.channels == sound.channels());
  if (fits) {
    ReadAll(file.get(), info, sound);
  } else {
    Interleaved other(sound.where(), sound.limits(), {});
    ReadAll(file.get(), info, other);
    if (!other.empty()) AppendConverted(other.Finish(), sound);
  }
  return "";
}

void DecodeWithLibrary(const std::string& head, std::string_view body, Interleaved& sound) {
  const std::string reason = TryWithLibrary(head, body, sound);
  if (!reason.empty()) ThrowBadInput(sound.where(), ": cannot read the sound file: ", reason);
}

}  // namespace musicgen::audio
