#pragma once

#include <cstdint>

namespace musicgen::audio {

// What a file may decode to; a small one can claim, or even hold, very much.
struct ReadLimits {
  double duration_s = 600;  // of the excerpt that is kept
  double passed_s = 86400;  // of what is decoded on the way to it
  int64_t channels = 64;
  int64_t values = int64_t{1} << 28;  // samples of all channels together: 1 GiB
};

}  // namespace musicgen::audio
