#include "compose/sixteenths.h"

namespace musicgen::compose {

std::array<int, kSixteenths> SixteenthFrames(int beat_frames, bool swing) {
  const std::array<int, kSixteenths> percent =
      swing ? std::array{0, 32, 64, 82} : std::array{0, 25, 50, 75};
  std::array<int, kSixteenths> frames{};
  for (size_t i = 0; i < frames.size(); ++i) frames[i] = (percent[i] * beat_frames + 50) / 100;
  return frames;
}

}  // namespace musicgen::compose
