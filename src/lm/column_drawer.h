// Guides and draws columns on the processor.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "lm/network.h"

namespace musicgen::lm {

class ColumnDrawer {
 public:
  // Of K codes of [0, V), on the threads of the pool, which outlives it.
  ColumnDrawer(int64_t codebooks, int64_t codebook_size, ThreadPool& pool);

  // codes [draws, K] from the logits [rows, K, V] of a step, which are overwritten. A code is
  // kUnknownCode where its logits are no numbers or infinite.
  void Draw(std::span<const Network::Draw> draws, float* logits, int32_t* codes);

 private:
  int32_t DrawCode(const Network::Draw& draw, int64_t k, float* logits,
                   SamplingScratch& scratch) const;

  const int64_t codebooks_, codebook_size_;
  ThreadPool& pool_;
  std::vector<SamplingScratch> scratch_;  // for each worker
};

}  // namespace musicgen::lm
