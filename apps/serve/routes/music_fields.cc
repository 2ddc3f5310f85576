#include "serve/routes/music_fields.h"

#include <algorithm>

#include "musicgen/frames.hpp"

namespace musicgen::serve {

std::vector<Field> SamplingFields(const Service& service) {
  return {
      Text("input", "What the music should be like; none: whatever the model comes up with",
           service.jobs.limits().prompt_characters),
      Number("guidance_scale",
             "Strength of the prompt; 1: no guidance; the model's own, 3 for the published ones", 0,
             kMostFactor),
      Number("temperature",
             "0 takes always the most probable code; the model's own, 1 for the "
             "published ones",
             0, kMostFactor),
      Integer("top_k",
              "Draw among the k most probable codes; 0: all; the model's own, 250 for the "
              "published ones",
              0, kMostTopK),
      Number("top_p",
             "Above 0: draw among the most probable codes of this total probability instead", 0,
             1)};
}

Field SeedField() {
  return Integer("seed", "The same seed gives the same music; -1 draws one", -1, kMostSeed, -1);
}

void ReadSampling(const FieldValues& fields, GenerationParams& params) {
  params.cfg_coef = fields.Number("guidance_scale");
  params.temperature = fields.Number("temperature");
  params.top_k = fields.Integer("top_k");
  params.top_p = fields.Number("top_p");
}

std::optional<uint64_t> ReadSeed(const FieldValues& fields) {
  const int64_t seed = fields.Integer("seed").value_or(-1);
  return seed < 0 ? std::nullopt : std::optional(static_cast<uint64_t>(seed));
}

double DurationOfTokens(int64_t tokens) {
  constexpr int64_t kDelays = 3, kFrameRateHz = 50;
  constexpr double kHalfFrame = 0.5;
  const int64_t frames = std::max<int64_t>(1, tokens - kDelays);
  const double duration_s = static_cast<double>(frames) / kFrameRateHz;
  if (FramesOf(duration_s, kFrameRateHz) == frames) return duration_s;
  return (static_cast<double>(frames) + kHalfFrame) / kFrameRateHz;  // rounding lost a frame
}

}  // namespace musicgen::serve
