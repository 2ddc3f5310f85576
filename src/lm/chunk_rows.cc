#include "lm/chunk_rows.h"

#include <algorithm>

#include "base/check.h"

namespace musicgen::lm {
namespace {

// Fewer would read the weights too often for what they compute, more wait too long for a cancel.
constexpr int64_t kLeastRows = 4;
constexpr int64_t kMostRows = 256;

}  // namespace

ChunkRows::ChunkRows(double seconds, std::optional<int64_t> fixed)
    : seconds_(seconds), measures_(!fixed), rows_(fixed.value_or(kLeastRows)) {
  MG_CHECK_LE(1, rows_);
}

void ChunkRows::Note(int64_t rows, double seconds) {
  if (!measures_ || rows < rows_) return;  // a pass's last rows say little
  const double rate = static_cast<double>(rows) / std::max(seconds, 1e-6);
  const auto fitting = static_cast<int64_t>(rate * seconds_);
  rows_ = std::clamp(fitting, kLeastRows, std::min(2 * rows, kMostRows));
}

}  // namespace musicgen::lm
