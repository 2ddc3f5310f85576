#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace musicgen {

// A row-major matrix of condition vectors.
struct ConditionRows {
  int64_t rows = 0;
  int64_t width = 0;  // D, the language model's width
  std::vector<float> values;
};

// What one pass through the language model is conditioned on, projected to its width.
struct Branch {
  ConditionRows cross;   // source of cross-attention; no rows: nothing, whose contribution is zero
  ConditionRows prefix;  // put in front of the codes (melody models); its positions count
};

// What one stream is conditioned on: the branches that guidance mixes (lm/guidance.h), the null
// branch last. Prefixes of one stream are equally long, unless AudioCraft's two-step guidance is
// reproduced, where the null prefix is shorter and its positions move.
struct Conditions {
  std::vector<Branch> branches;

  // One condition through cross-attention, and nothing.
  static Conditions Cross(ConditionRows rows) {
    Conditions conditions;
    conditions.branches.resize(2);
    conditions.branches[0].cross = std::move(rows);
    return conditions;
  }
  // One condition in front of the codes, and the null prefix.
  static Conditions Prefix(ConditionRows rows, ConditionRows null) {
    Conditions conditions;
    conditions.branches.resize(2);
    conditions.branches[0].prefix = std::move(rows);
    conditions.branches[1].prefix = std::move(null);
    return conditions;
  }
};

}  // namespace musicgen
