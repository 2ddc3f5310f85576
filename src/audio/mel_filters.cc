#include "audio/mel_filters.h"

#include <algorithm>
#include <cmath>

namespace musicgen::audio {

double HzToMel(double hz) { return 2595 * std::log10(1 + hz / 700); }

double MelToHz(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

std::vector<float> MelFilters(int64_t sample_rate_hz, int64_t n_fft, int64_t bands) {
  const size_t bins = static_cast<size_t>(n_fft / 2 + 1);
  const double rate = static_cast<double>(sample_rate_hz);
  const double step = HzToMel(rate / 2) / static_cast<double>(bands + 1);
  std::vector<float> filters(static_cast<size_t>(bands) * bins);
  for (int64_t b = 0; b < bands; ++b) {
    const double low = MelToHz(step * static_cast<double>(b));
    const double peak = MelToHz(step * static_cast<double>(b + 1));
    const double high = MelToHz(step * static_cast<double>(b + 2));
    for (size_t i = 0; i < bins; ++i) {
      const double hz = static_cast<double>(i) * rate / static_cast<double>(n_fft);
      const double side = std::min((hz - low) / (peak - low), (high - hz) / (high - peak));
      filters[static_cast<size_t>(b) * bins + i] = static_cast<float>(std::max(side, 0.0));
    }
  }
  return filters;
}

}  // namespace musicgen::audio
