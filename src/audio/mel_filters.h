// Triangular filters at equal steps of the mel scale, for looking at a spectrum as the ear hears
// it.
#pragma once

#include <cstdint>
#include <vector>

namespace musicgen::audio {

double HzToMel(double hz);  // 2595·log10(1 + f/700)
double MelToHz(double mel);

// [bands, n_fft/2 + 1], row-major: band b rises from edge b to 1 at edge b + 1 and falls to edge
// b + 2, the edges spread over [0, rate/2].
std::vector<float> MelFilters(int64_t sample_rate_hz, int64_t n_fft, int64_t bands);

}  // namespace musicgen::audio
