// How many rows of a long pass go into a chunk, so that it does not hold up the streams beside it.
#pragma once

#include <cstdint>
#include <optional>

namespace musicgen::lm {

class ChunkRows {
 public:
  // As many as take about so many seconds by what the last chunk took; with `fixed`, always so
  // many.
  explicit ChunkRows(double seconds, std::optional<int64_t> fixed = std::nullopt);

  int64_t rows() const { return rows_; }
  // So many rows took so long.
  void Note(int64_t rows, double seconds);

 private:
  double seconds_;
  bool measures_;
  int64_t rows_;
};

}  // namespace musicgen::lm
