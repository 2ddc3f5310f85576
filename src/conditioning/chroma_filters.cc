#include "conditioning/chroma_filters.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace musicgen::conditioning {
namespace {

constexpr double kLowestA = 440.0 / 16;
constexpr double kCentreOctave = 5;
constexpr double kOctaveWidth = 2;

// The pitch of every bin of the whole transform, in classes above the lowest A. Bin 0 has none; it
// is put one and a half octaves below bin 1.
std::vector<double> Pitches(int64_t sample_rate_hz, int64_t n_fft, double classes) {
  std::vector<double> pitches(static_cast<size_t>(n_fft));
  for (int64_t i = 1; i < n_fft; ++i) {
    const double hz =
        static_cast<double>(i) * static_cast<double>(sample_rate_hz) / static_cast<double>(n_fft);
    pitches[static_cast<size_t>(i)] = classes * std::log2(hz / kLowestA);
  }
  pitches[0] = pitches[1] - 1.5 * classes;
  return pitches;
}

}  // namespace

std::vector<float> ChromaFilters(int64_t sample_rate_hz, int64_t n_fft, int64_t classes) {
  MG_CHECK(sample_rate_hz >= 1 && n_fft >= 4 && classes >= 1);
  const double count = static_cast<double>(classes);
  const double half = std::nearbyint(count / 2);
  const std::vector<double> pitches = Pitches(sample_rate_hz, n_fft, count);
  const size_t bins = static_cast<size_t>(n_fft / 2 + 1);
  const int64_t first_class = 3 * (classes / 12);  // row 0 of the bank is A; a minor third up is C
  std::vector<float> filters(static_cast<size_t>(classes) * bins);
  std::vector<double> bumps(static_cast<size_t>(classes));
  for (size_t i = 0; i < bins; ++i) {
    const double width = i + 1 < pitches.size() ? std::max(pitches[i + 1] - pitches[i], 1.0) : 1.0;
    double energy = 0;
    for (size_t c = 0; c < bumps.size(); ++c) {
      const double shifted = pitches[i] - static_cast<double>(c) + half + 10 * count;
      const double distance = shifted - count * std::floor(shifted / count) - half;
      const double x = 2 * distance / width;
      bumps[c] = std::exp(-0.5 * x * x);
      energy += bumps[c] * bumps[c];
    }
    const double octave = (pitches[i] / count - kCentreOctave) / kOctaveWidth;
    const double weight = std::exp(-0.5 * octave * octave) / std::sqrt(energy);
    for (size_t c = 0; c < bumps.size(); ++c) {
      const size_t row = (c + static_cast<size_t>(classes - first_class)) % bumps.size();
      filters[row * bins + i] = static_cast<float>(bumps[c] * weight);
    }
  }
  return filters;
}

}  // namespace musicgen::conditioning
