// Long work on the rows of a matrix, cut into short runs of the team.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "base/thread_pool.h"

namespace musicgen::mert {

// Calls `body` on the team for blocks of rows 0 … rows − 1, one after another, that take a few
// hundredths of a second each at so many products a row. False once `stop` is set (null: nobody
// will).
bool RunRowBlocks(ThreadPool& team, int64_t rows, int64_t products_per_row,
                  const std::atomic<bool>* stop,
                  const std::function<void(Worker& worker, Range rows)>& body);

}  // namespace musicgen::mert
