#pragma once

#include <cstdint>
#include <vector>

namespace musicgen::lm {

// Which layout, and its settings; lists that a layout does not use are empty.
struct PatternConfig {
  enum class Kind { kDelay, kUnroll, kCoarseFirst, kMusicLm };  // parallel: delays of 0
  Kind kind = Kind::kDelay;
  // kDelay, kUnroll: [K], not decreasing; kCoarseFirst: [K − 1], of codebooks 1 …
  std::vector<int64_t> delays;
  std::vector<int64_t> flattening;  // kUnroll: [K] inner steps, not decreasing
  int64_t group_by = 2;             // kMusicLm: codebooks that go together
  int64_t flatten_first = 0;        // kDelay: so many frames are flattened
  int64_t empty_initial = 0;        // kDelay: so many more empty steps in front

  // Codebook k delayed by k frames, in stereo pairs of codebooks together: the published models'
  // layout, and the only one that transformers has.
  bool IsPlainDelay(int64_t audio_channels) const;
};

}  // namespace musicgen::lm
