// The parts of a decode step, to see where its time goes.
#pragma once

#include <array>
#include <cstdint>

namespace musicgen {

enum class StepStage {
  kQkv,            // self-attention's query, key and value matrices, with the norm before
  kSelfAttention,  // over the keys and values
  kOut,            // self-attention's output matrix
  kCross,          // cross-attention, matrices and all
  kFeedForward,
  kHeads,
  kSampling,
};
constexpr int kStepStages = 7;

using StageSeconds = std::array<double, kStepStages>;
using StageBytes = std::array<uint64_t, kStepStages>;

constexpr std::array<const char*, kStepStages> kStepStageNames = {
    "qkv", "self_attention", "out", "cross", "feed_forward", "heads", "sampling"};

}  // namespace musicgen
