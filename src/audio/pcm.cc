#include "audio/pcm.h"

#include <algorithm>
#include <cmath>

namespace musicgen::audio {
namespace {

// The default rounding mode is to nearest, ties to even. `scale` and `largest` are exact in float
// up to 24 bits.
int32_t Quantize(float x, float scale, float lowest, float largest) {
  if (std::isnan(x)) return 0;
  return static_cast<int32_t>(std::nearbyint(std::clamp(x * scale, lowest, largest)));
}

}  // namespace

int16_t FloatToInt16(float x) {
  return static_cast<int16_t>(Quantize(x, 32768.0f, -32768.0f, 32767.0f));
}

int32_t FloatToInt24(float x) { return Quantize(x, 8388608.0f, -8388608.0f, 8388607.0f); }

std::vector<int16_t> ToInt16LikeAudioCraft(std::span<const float> x) {
  const bool would_clip = std::any_of(
      x.begin(), x.end(), [](float v) { return std::nearbyint(v * 32768.0f) >= 32768; });
  const float scale = would_clip ? 32767.0f : 32768.0f;
  std::vector<int16_t> out;
  out.reserve(x.size());
  for (const float v : x) {
    out.push_back(static_cast<int16_t>(Quantize(v, scale, -32768.0f, 32767.0f)));
  }
  return out;
}

}  // namespace musicgen::audio
