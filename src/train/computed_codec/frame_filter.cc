#include "train/computed_codec/frame_filter.h"

#include <array>
#include <cmath>
#include <numbers>

#include "compose/instruments.h"

namespace musicgen::train {
namespace {

using compose::kFrameSamples;

// The circulant matrix of a frequency response.
Matrix Circulant(const std::array<double, kFrameSamples>& response) {
  std::array<double, kFrameSamples> impulse{};
  for (int n = 0; n < kFrameSamples; ++n) {
    for (int k = 0; k < kFrameSamples; ++k) {
      const int turn = k * n % kFrameSamples;
      impulse[static_cast<size_t>(n)] += response[static_cast<size_t>(k)] *
                                         std::cos(2 * std::numbers::pi * turn / kFrameSamples) /
                                         kFrameSamples;
    }
  }
  Matrix matrix(kFrameSamples, kFrameSamples);
  for (int i = 0; i < kFrameSamples; ++i) {
    for (int j = 0; j < kFrameSamples; ++j) {
      matrix(i, j) =
          static_cast<float>(impulse[static_cast<size_t>((i - j + kFrameSamples) % kFrameSamples)]);
    }
  }
  return matrix;
}

}  // namespace

FrameFilter::FrameFilter() {
  std::array<double, kFrameSamples> response{}, inverse_response{};
  for (int k = 0; k < kFrameSamples; ++k) {
    const double khz = std::min(k, kFrameSamples - k) * compose::kFrameRateHz / 1000.0;
    response[static_cast<size_t>(k)] = std::pow(1 + khz * khz, 0.2);
    inverse_response[static_cast<size_t>(k)] = 1 / response[static_cast<size_t>(k)];
  }
  filter = Circulant(response);
  inverse = Circulant(inverse_response);
}

}  // namespace musicgen::train
