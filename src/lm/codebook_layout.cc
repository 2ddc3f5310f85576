#include "lm/codebook_layout.h"

#include <algorithm>
#include <utility>

namespace musicgen::lm {
namespace {

using Layout = std::vector<LayoutStep>;

int64_t Largest(const std::vector<int64_t>& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

Layout DelayLayout(const PatternConfig& config, int64_t codebooks, int64_t frames) {
  Layout layout(static_cast<size_t>(1 + config.empty_initial));
  const int64_t first = config.flatten_first;
  for (int64_t t = 0; t < std::min(frames, first); ++t) {
    for (int64_t k = 0; k < codebooks; ++k) layout.push_back({{t, k}});
  }
  for (int64_t t = first; t < frames + Largest(config.delays); ++t) {
    LayoutStep step;
    for (int64_t k = 0; k < codebooks; ++k) {
      const int64_t frame = t - config.delays[static_cast<size_t>(k)];
      if (frame >= first) step.push_back({frame, k});
    }
    layout.push_back(std::move(step));
  }
  return layout;
}

// Each frame becomes max(flattening) + 1 inner steps; those of delayed codebooks move behind. Steps
// are sorted by frame + delay, and among equals by what they hold.
Layout UnrollLayout(const PatternConfig& config, int64_t codebooks, int64_t frames) {
  const int64_t inner_steps = Largest(config.flattening) + 1;
  const int64_t end = frames + Largest(config.delays);
  std::vector<std::pair<int64_t, LayoutStep>> keyed = {{-1, {}}};
  for (int64_t t = 0; t < end; ++t) {
    for (int64_t inner = 0; inner < inner_steps; ++inner) {
      LayoutStep step;
      int64_t key = t;
      for (int64_t k = 0; k < codebooks; ++k) {
        if (config.flattening[static_cast<size_t>(k)] != inner) continue;
        step.push_back({t, k});
        key = t + config.delays[static_cast<size_t>(k)];
      }
      if (key < end) keyed.emplace_back(key, std::move(step));
    }
  }
  std::sort(keyed.begin(), keyed.end());
  Layout layout;
  for (auto& [key, step] : keyed) layout.push_back(std::move(step));
  return layout;
}

Layout CoarseFirstLayout(const PatternConfig& config, int64_t codebooks, int64_t frames) {
  Layout layout(1);
  for (int64_t t = 0; t < frames; ++t) layout.push_back({{t, 0}});
  for (int64_t t = 0; t < frames + Largest(config.delays); ++t) {
    LayoutStep step;
    for (int64_t k = 1; k < codebooks; ++k) {
      const int64_t frame = t - config.delays[static_cast<size_t>(k - 1)];
      if (frame >= 0) step.push_back({frame, k});
    }
    layout.push_back(std::move(step));
  }
  return layout;
}

Layout MusicLmLayout(const PatternConfig& config, int64_t codebooks, int64_t frames) {
  Layout layout(1);
  for (int64_t first = 0; first < codebooks; first += config.group_by) {
    for (int64_t t = 0; t < frames; ++t) {
      for (int64_t k = first; k < std::min(codebooks, first + config.group_by); ++k) {
        layout.push_back({{t, k}});
      }
    }
  }
  return layout;
}

}  // namespace

std::vector<LayoutStep> MakeLayout(const PatternConfig& config, int64_t codebooks, int64_t frames) {
  switch (config.kind) {
    case PatternConfig::Kind::kDelay:
      return DelayLayout(config, codebooks, frames);
    case PatternConfig::Kind::kUnroll:
      return UnrollLayout(config, codebooks, frames);
    case PatternConfig::Kind::kCoarseFirst:
      return CoarseFirstLayout(config, codebooks, frames);
    case PatternConfig::Kind::kMusicLm:
      return MusicLmLayout(config, codebooks, frames);
  }
  return {};
}

}  // namespace musicgen::lm
