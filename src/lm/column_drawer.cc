#include "lm/column_drawer.h"

#include <array>

#include "base/random.h"

namespace musicgen::lm {

ColumnDrawer::ColumnDrawer(int64_t codebooks, int64_t codebook_size, ThreadPool& pool)
    : codebooks_(codebooks),
      codebook_size_(codebook_size),
      pool_(pool),
      scratch_(static_cast<size_t>(pool.size()), SamplingScratch(codebook_size)) {}

int32_t ColumnDrawer::DrawCode(const Network::Draw& draw, int64_t k, float* logits,
                               SamplingScratch& scratch) const {
  const Network::Draw::Cell& cell = draw.cells[static_cast<size_t>(k)];
  if (cell.given != kUnknownCode) return cell.given;
  std::array<const float*, kMostBranches> branches;
  for (size_t b = 0; b < draw.branches; ++b) {
    branches[b] = logits + (static_cast<int64_t>(draw.row + b) * codebooks_ + k) * codebook_size_;
  }
  float* guided = logits + (static_cast<int64_t>(draw.row) * codebooks_ + k) * codebook_size_;
  if (draw.branches > 1) {
    Guide({branches.data(), draw.branches}, draw.guidance, codebook_size_, guided);
  }
  const double uniform = Uniform({draw.seed, draw.take, cell.frame, static_cast<uint32_t>(k)});
  // -1, which is kUnknownCode, when the logits are no numbers.
  return SampleCode(guided, codebook_size_, draw.sampling, uniform, scratch);
}

void ColumnDrawer::Draw(std::span<const Network::Draw> draws, float* logits, int32_t* codes) {
  pool_.Run([&](Worker& worker) {
    SamplingScratch& scratch = scratch_[static_cast<size_t>(worker.index())];
    const Range mine = worker.Split(static_cast<int64_t>(draws.size()) * codebooks_);
    for (int64_t item = mine.begin; item < mine.end; ++item) {
      const Network::Draw& draw = draws[static_cast<size_t>(item / codebooks_)];
      codes[item] = DrawCode(draw, item % codebooks_, logits, scratch);
    }
  });
}

}  // namespace musicgen::lm
