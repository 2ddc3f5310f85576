#include "mert/row_blocks.h"

#include <algorithm>

namespace musicgen::mert {
namespace {

// For each worker in one run: 20 ms or so.
constexpr int64_t kProducts = int64_t{1} << 28;
constexpr int64_t kLeastRows = 64;  // which a matrix product takes at once

}  // namespace

bool RunRowBlocks(ThreadPool& team, int64_t rows, int64_t products_per_row,
                  const std::atomic<bool>* stop,
                  const std::function<void(Worker& worker, Range rows)>& body) {
  const int64_t each =
      team.size() * std::max(kLeastRows, kProducts / std::max<int64_t>(1, products_per_row));
  for (int64_t begin = 0; begin < rows; begin += each) {
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) return false;
    team.Run([&](Worker& worker) { body(worker, {begin, std::min(begin + each, rows)}); });
  }
  return true;
}

}  // namespace musicgen::mert
