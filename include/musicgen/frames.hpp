// Codec frames, the unit of time of the language model.
#pragma once

#include <cstdint>

namespace musicgen {

// int(duration · frame rate), in double as written (AudioCraft: 0.58·50 is 28).
inline int64_t FramesOf(double duration_s, int64_t frame_rate_hz) {
  return static_cast<int64_t>(duration_s * static_cast<double>(frame_rate_hz));
}

}  // namespace musicgen
