#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace musicgen {

// Sound as float samples [C, N], channel-major; full scale is ±1 but nothing clips it.
struct Waveform {
  int64_t sample_rate_hz = 0;
  int64_t channels = 0;
  int64_t samples = 0;  // N, per channel
  std::vector<float> values;

  Waveform() = default;
  Waveform(int64_t rate, int64_t c, int64_t n)
      : sample_rate_hz(rate), channels(c), samples(n), values(static_cast<size_t>(c * n)) {}
  float* channel(int64_t c) { return values.data() + c * samples; }
  const float* channel(int64_t c) const { return values.data() + c * samples; }
  double duration_s() const {
    return static_cast<double>(samples) / static_cast<double>(sample_rate_hz);
  }
};

}  // namespace musicgen
