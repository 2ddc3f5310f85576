#include "audio/wav_writer.h"

#include <sndfile.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "audio/pcm.h"
#include "base/check.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr int64_t kBlockFrames = 4096;
constexpr uint64_t kMostDataBytes = (uint64_t{1} << 32) - (1 << 20);  // leaves room for the header
constexpr size_t kMostTextBytes = 2000;  // the same library reads no text of 2048 bytes or more

// Where the library writes to. It is C: an exception must wait until it has returned.
struct Sink {
  std::function<void(uint64_t offset, const void* data, size_t bytes)> write_at;
  uint64_t position = 0;
  uint64_t size = 0;
  std::exception_ptr error;
};

sf_count_t SinkSize(void* sink) { return static_cast<sf_count_t>(static_cast<Sink*>(sink)->size); }

sf_count_t SinkTell(void* sink) {
  return static_cast<sf_count_t>(static_cast<Sink*>(sink)->position);
}

sf_count_t SinkSeek(sf_count_t offset, int whence, void* opaque) {
  Sink& sink = *static_cast<Sink*>(opaque);
  const uint64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? sink.position : sink.size;
  sink.position = base + static_cast<uint64_t>(offset);
  return static_cast<sf_count_t>(sink.position);
}

sf_count_t SinkRead(void*, sf_count_t, void*) { return 0; }

sf_count_t SinkWrite(const void* data, sf_count_t bytes, void* opaque) {
  Sink& sink = *static_cast<Sink*>(opaque);
  if (sink.error) return 0;
  try {
    sink.write_at(sink.position, data, static_cast<size_t>(bytes));
  } catch (...) {
    sink.error = std::current_exception();
    return 0;
  }
  sink.position += static_cast<uint64_t>(bytes);
  sink.size = std::max(sink.size, sink.position);
  return bytes;
}

int Format(WavEncoding encoding) {
  switch (encoding) {
    case WavEncoding::kPcm16:
      return SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    case WavEncoding::kPcm24:
      return SF_FORMAT_WAV | SF_FORMAT_PCM_24;
    case WavEncoding::kFloat32:
      break;
  }
  return SF_FORMAT_WAV | SF_FORMAT_FLOAT;
}

uint64_t SampleBytes(WavEncoding encoding) {
  return encoding == WavEncoding::kPcm16 ? 2 : encoding == WavEncoding::kPcm24 ? 3 : 4;
}

void SetText(SNDFILE* file, int field, std::string text) {
  if (text.size() > kMostTextBytes) {
    size_t cut = kMostTextBytes;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;  // whole UTF-8
    text.resize(cut);
  }
  if (!text.empty()) sf_set_string(file, field, text.c_str());
}

// Writes frames [begin, begin + frames), interleaved and converted by us: the library rounds its
// own way. Returns what the library says it wrote.
template <class T, class Convert, class Put>
sf_count_t WriteFrames(const Waveform& wave, int64_t begin, int64_t frames, const Convert& convert,
                       const Put& put) {
  std::vector<T> interleaved(static_cast<size_t>(frames * wave.channels));
  for (int64_t c = 0; c < wave.channels; ++c) {
    const float* from = wave.channel(c) + begin;
    for (int64_t n = 0; n < frames; ++n) interleaved[n * wave.channels + c] = convert(from[n]);
  }
  return put(interleaved.data(), frames);
}

sf_count_t WriteBlock(SNDFILE* file, WavEncoding encoding, const Waveform& wave, int64_t begin,
                      int64_t frames) {
  const auto block = [&]<class T>(auto put, auto convert) {
    return WriteFrames<T>(wave, begin, frames, convert,
                          [&](const T* data, int64_t n) { return put(file, data, n); });
  };
  switch (encoding) {
    case WavEncoding::kPcm16:
      return block.template operator()<short>(sf_writef_short, FloatToInt16);
    case WavEncoding::kPcm24:  // the library stores the upper 24 bits of an int
      return block.template operator()<int>(sf_writef_int,
                                            [](float x) { return FloatToInt24(x) * 256; });
    case WavEncoding::kFloat32:
      break;
  }
  return block.template operator()<float>(sf_writef_float, [](float x) { return x; });
}

void Write(const Waveform& wave, WavEncoding encoding, const WavMetadata& metadata, Sink& sink) {
  MG_CHECK_EQ(wave.values.size(), static_cast<size_t>(wave.channels * wave.samples));
  const uint64_t bytes = wave.values.size() * SampleBytes(encoding);
  if (bytes > kMostDataBytes) {
    ThrowBadInput("the sound is too long for a WAV file: expected at most ", kMostDataBytes,
                  " bytes of samples, found ", bytes);
  }

  SF_INFO info = {};
  info.samplerate = static_cast<int>(wave.sample_rate_hz);
  info.channels = static_cast<int>(wave.channels);
  info.format = Format(encoding);
  SF_VIRTUAL_IO io = {SinkSize, SinkSeek, SinkRead, SinkWrite, SinkTell};
  std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open_virtual(&io, SFM_WRITE, &info, &sink),
                                                   sf_close);
  if (file == nullptr) {
    ThrowBadInput("cannot make a WAV file of ", wave.channels, " channels at ", wave.sample_rate_hz,
                  " Hz: ", sf_strerror(nullptr));
  }
  sf_command(file.get(), SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);  // it holds the time of day
  SetText(file.get(), SF_STR_SOFTWARE, metadata.software);
  SetText(file.get(), SF_STR_COMMENT, metadata.comment);

  bool whole = true;
  for (int64_t begin = 0; whole && begin < wave.samples; begin += kBlockFrames) {
    const int64_t frames = std::min(kBlockFrames, wave.samples - begin);
    whole = WriteBlock(file.get(), encoding, wave, begin, frames) == frames;
  }
  const int closed = sf_close(file.release());
  if (sink.error) std::rethrow_exception(sink.error);
  if (!whole || closed != 0) {
    ThrowFailure("cannot encode the WAV file: ", sf_error_number(closed));
  }
}

}  // namespace

void WriteWav(const Waveform& wave, WavEncoding encoding, const WavMetadata& metadata,
              AtomicFile& file) {
  Sink sink;
  sink.write_at = [&](uint64_t offset, const void* data, size_t bytes) {
    file.WriteAt(offset, data, bytes);
  };
  Write(wave, encoding, metadata, sink);
}

void WriteWav(const Waveform& wave, WavEncoding encoding, const WavMetadata& metadata,
              const std::string& path) {
  AtomicFile file(path);
  WriteWav(wave, encoding, metadata, file);
  file.Commit();
}

std::string EncodeWav(const Waveform& wave, WavEncoding encoding, const WavMetadata& metadata) {
  std::string out;
  Sink sink;
  sink.write_at = [&](uint64_t offset, const void* data, size_t bytes) {
    if (out.size() < offset + bytes) out.resize(offset + bytes);
    std::copy_n(static_cast<const char*>(data), bytes, out.data() + offset);
  };
  Write(wave, encoding, metadata, sink);
  return out;
}

}  // namespace musicgen::audio
