// The columns that a pass draws, as shaders/draw.comp reads them.
#pragma once

#include <cstdint>

#include "gpu/arena.h"

namespace musicgen::gpu {

enum class DrawRule : uint32_t { kMostProbable = 0, kTopK = 1, kTopP = 2 };

// A column, from the logits of rows that follow each other: a branch of guidance each.
struct Draw {
  uint32_t row = 0;  // of the first branch
  uint32_t branches = 1;
  uint32_t place = 0;  // where the column is kept for the row that it is fed to
  DrawRule rule = DrawRule::kMostProbable;
  float temperature = 1.0f;
  uint32_t top_k = 0;      // 0 or ≥ V: no limit
  uint32_t top_p[2] = {};  // in units of 2^-64, lower word first
  uint32_t seed[2] = {};
  uint32_t take = 0;
  uint32_t spare = 0;
  float coefs[4] = {};  // between each branch and the next
};

// A codebook of a column: a code that is given, or one to be drawn with the random number of a
// frame.
struct Cell {
  static constexpr int32_t kToDraw = -1;

  int32_t given = kToDraw;
  uint32_t frame = 0;
};

struct DrawInputs {
  BufferRange draws;  // Draw, of RowTable::draws
  BufferRange cells;  // Cell, [draws, K]
};

struct DrawOutputs {
  BufferRange values;   // scratch: [draws, K, V] words
  BufferRange columns;  // [places, K] tokens
  BufferRange codes;    // [draws, K]; -1 where a logit is no number or infinite
};

}  // namespace musicgen::gpu
