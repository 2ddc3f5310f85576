// The rows of a pass as the shaders read them (shaders/rows.glsl, shaders/pages.glsl).
#pragma once

#include <cstdint>

namespace musicgen::gpu {

inline constexpr int64_t kPagePositions = 64;  // of keys and values
inline constexpr int64_t kMostPages = 64;      // of one sequence
inline constexpr int64_t kMostPositions = kMostPages * kPagePositions;
inline constexpr int64_t kMostRows = 64;  // of one pass

enum class Which : uint32_t { kAllRows = 0, kCrossingRows = 1, kReadingRows = 2 };
// What becomes of a product.
enum class Epilogue : uint32_t { kStore = 0, kAccumulate = 1, kGelu = 2 };

struct Row {
  static constexpr uint32_t kFromVector = 1, kReads = 2, kFromColumn = 4;

  int32_t position = 0;
  int32_t cross_rows = 0;  // of its cross-attention source; 0: none
  uint32_t flags = 0;
  uint32_t place = 0;  // with kFromColumn: of the column that was drawn for it (gpu/draws.h)
};

struct RowTable {
  uint32_t rows = 0;
  uint32_t draws = 0;
  uint32_t spare[2] = {};
  Row row[kMostRows];
};

// The pages of each row: those of its own sequence, then its cross-attention source's.
struct RowPages {
  uint32_t own[kMostPages];
  uint32_t cross[kMostPages];
};

}  // namespace musicgen::gpu
