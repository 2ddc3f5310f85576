// A style model's own numbers.
#pragma once

#include <cstdint>

namespace musicgen::conditioning {

// MERT's features have this rate; AudioCraft knows no other.
inline constexpr int64_t kStyleFrameRate = 75;

// Settings have the defaults of AudioCraft's configuration, sizes those of the published model.
struct StyleConfig {
  int64_t sample_rate_hz = 32000;  // of the sounds that excerpts are counted in
  int64_t channels = 1;            // the model's: made of a sound before their mean is taken
  double excerpt_s = 3.0;
  int64_t ds_factor = 15;  // of so many frames the first is kept
  int64_t eval_q = 3;      // codebooks whose vectors are summed, of those there are

  int64_t feature_width = 768;  // H
  int64_t width = 512;          // d
  int64_t layers = 8;
  int64_t heads = 8;
  int64_t ffn_width = 2048;
  int64_t codebooks = 6;
  int64_t codebook_size = 1024;
};

}  // namespace musicgen::conditioning
