#include "audio/wav_writer.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

#include "audio/pcm.h"
#include "audio/sndfile_sink.h"
#include "base/check.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr int64_t kBlockFrames = 4096;
constexpr uint64_t kMostDataBytes = (uint64_t{1} << 32) - (1 << 20);  // leaves room for the header

int Format(SampleFormat encoding) {
  switch (encoding) {
    case SampleFormat::kPcm16:
      return SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    case SampleFormat::kPcm24:
      return SF_FORMAT_WAV | SF_FORMAT_PCM_24;
    case SampleFormat::kFloat32:
      break;
  }
  return SF_FORMAT_WAV | SF_FORMAT_FLOAT;
}

uint64_t SampleBytes(SampleFormat encoding) {
  return encoding == SampleFormat::kPcm16 ? 2 : encoding == SampleFormat::kPcm24 ? 3 : 4;
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

sf_count_t WriteBlock(SNDFILE* file, SampleFormat encoding, const Waveform& wave, int64_t begin,
                      int64_t frames) {
  const auto block = [&]<class T>(auto put, auto convert) {
    return WriteFrames<T>(wave, begin, frames, convert,
                          [&](const T* data, int64_t n) { return put(file, data, n); });
  };
  switch (encoding) {
    case SampleFormat::kPcm16:
      return block.template operator()<short>(sf_writef_short, FloatToInt16);
    case SampleFormat::kPcm24:  // the library stores the upper 24 bits of an int
      return block.template operator()<int>(sf_writef_int,
                                            [](float x) { return FloatToInt24(x) * 256; });
    case SampleFormat::kFloat32:
      break;
  }
  return block.template operator()<float>(sf_writef_float, [](float x) { return x; });
}

void Write(const Waveform& wave, SampleFormat encoding, const WavMetadata& metadata,
           SndfileSink& sink) {
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
  std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(OpenSink(sink, info), sf_close);
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

void WriteWav(const Waveform& wave, SampleFormat encoding, const WavMetadata& metadata,
              AtomicFile& file) {
  SndfileSink sink;
  sink.write_at = [&](uint64_t offset, const void* data, size_t bytes) {
    file.WriteAt(offset, data, bytes);
  };
  Write(wave, encoding, metadata, sink);
}

void WriteWav(const Waveform& wave, SampleFormat encoding, const WavMetadata& metadata,
              const std::string& path) {
  AtomicFile file(path);
  WriteWav(wave, encoding, metadata, file);
  file.Commit();
}

std::string EncodeWav(const Waveform& wave, SampleFormat encoding, const WavMetadata& metadata) {
  std::string out;
  SndfileSink sink = MemorySink(out);
  Write(wave, encoding, metadata, sink);
  return out;
}

}  // namespace musicgen::audio
