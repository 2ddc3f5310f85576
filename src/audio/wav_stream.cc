#include "audio/wav_stream.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "audio/pcm.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr uint32_t kHeaderBytes = 44;

int64_t SampleBytes(SampleFormat encoding) {
  switch (encoding) {
    case SampleFormat::kPcm16:
      return 2;
    case SampleFormat::kPcm24:
      return 3;
    case SampleFormat::kFloat32:
      return 4;
  }
  return 0;
}

void PutText(const char* four, std::vector<uint8_t>* out) {
  out->insert(out->end(), four, four + 4);
}

void PutInteger(uint32_t value, int bytes, std::vector<uint8_t>* out) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

}  // namespace

std::vector<uint8_t> WavHeader(int64_t sample_rate_hz, int64_t channels, int64_t samples,
                               SampleFormat encoding) {
  const int64_t frame_bytes = channels * SampleBytes(encoding);
  const uint64_t data = static_cast<uint64_t>(samples * frame_bytes);
  const bool fits = data + kHeaderBytes <= 0xffffffffu;
  std::vector<uint8_t> out;
  PutText("RIFF", &out);
  PutInteger(fits ? static_cast<uint32_t>(data) + kHeaderBytes - 8 : 0xffffffffu, 4, &out);
  PutText("WAVE", &out);
  PutText("fmt ", &out);
  PutInteger(16, 4, &out);
  PutInteger(encoding == SampleFormat::kFloat32 ? 3 : 1, 2, &out);  // IEEE float or PCM
  PutInteger(static_cast<uint32_t>(channels), 2, &out);
  PutInteger(static_cast<uint32_t>(sample_rate_hz), 4, &out);
  PutInteger(static_cast<uint32_t>(sample_rate_hz * frame_bytes), 4, &out);
  PutInteger(static_cast<uint32_t>(frame_bytes), 2, &out);
  PutInteger(static_cast<uint32_t>(8 * SampleBytes(encoding)), 2, &out);
  PutText("data", &out);
  PutInteger(fits ? static_cast<uint32_t>(data) : 0xffffffffu, 4, &out);
  return out;
}

std::vector<uint8_t> WavSamples(const Waveform& chunk, SampleFormat encoding) {
  std::vector<uint8_t> out;
  out.reserve(static_cast<size_t>(chunk.samples * chunk.channels * SampleBytes(encoding)));
  for (int64_t t = 0; t < chunk.samples; ++t) {
    for (int64_t c = 0; c < chunk.channels; ++c) {
      const float x = chunk.channel(c)[t];
      if (!std::isfinite(x)) ThrowFailure("sound: expected finite samples, found ", x);
      switch (encoding) {
        case SampleFormat::kPcm16:
          PutInteger(static_cast<uint16_t>(FloatToInt16(x)), 2, &out);
          break;
        case SampleFormat::kPcm24:
          PutInteger(static_cast<uint32_t>(FloatToInt24(x)), 3, &out);
          break;
        case SampleFormat::kFloat32:
          PutInteger(std::bit_cast<uint32_t>(x), 4, &out);
          break;
      }
    }
  }
  return out;
}

}  // namespace musicgen::audio
