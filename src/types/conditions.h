#pragma once

#include <cstdint>
#include <vector>

namespace musicgen {

// A row-major matrix of condition vectors.
struct ConditionRows {
  int64_t rows = 0;
  int64_t width = 0;  // D, the language model's width
  std::vector<float> values;
};

// What one stream is conditioned on, projected to the language model's width.
struct Conditions {
  ConditionRows cross;   // source of cross-attention; no rows: the null condition, whose
                         // contribution is exactly zero
  ConditionRows prefix;  // put in front of the codes (melody models); its positions count
  // The null prefix of guidance: as many rows as `prefix`, unless AudioCraft's two-step guidance is
  // reproduced, where it is shorter and the null half's positions move.
  ConditionRows null_prefix;
};

}  // namespace musicgen
