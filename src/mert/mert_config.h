// Sizes of a MERT, from its config.json.
#pragma once

#include <cstdint>
#include <vector>

#include "checkpoint/config.h"

namespace musicgen::mert {

struct Convolution {
  int64_t channels = 512;
  int64_t kernel = 1;
  int64_t stride = 1;
};

// The defaults are those of MERT-v1-95M.
struct MertConfig {
  int64_t sample_rate_hz = 24000;
  std::vector<Convolution> convolutions = {{512, 10, 5}, {512, 3, 2}, {512, 3, 2}, {512, 3, 2},
                                           {512, 3, 2},  {512, 2, 2}, {512, 2, 2}};
  int64_t width = 768;
  int64_t layers = 12;
  int64_t heads = 12;
  int64_t ffn_width = 3072;
  int64_t position_kernel = 128;
  int64_t position_groups = 16;
  float norm_eps = 1e-5f;

  // Samples from a frame to the next.
  int64_t hop_samples() const;
  // Of a sound of so many samples; 0 where it is shorter than the convolutions reach.
  int64_t Frames(int64_t samples) const;
};

// Absent fields take the defaults. Throws Error(kBadInput) naming the key when a value is out of
// range or a switch differs from what is implemented.
MertConfig ReadMertConfig(const checkpoint::Config& config);

}  // namespace musicgen::mert
