// The filter bank that folds a spectrum into pitch classes: librosa.filters.chroma with tuning 0,
// norm 2, centre octave 5, octave width 2 and C as class 0; transformers' chroma_filter_bank is the
// same.
#pragma once

#include <cstdint>
#include <vector>

namespace musicgen::conditioning {

// [classes, n_fft/2 + 1], row-major.
std::vector<float> ChromaFilters(int64_t sample_rate_hz, int64_t n_fft, int64_t classes);

}  // namespace musicgen::conditioning
