#include "lm/gpu_inputs.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/check.h"
#include "lm/gpu_pages.h"

namespace musicgen::lm {
namespace {

using gpu::kMostRows;

template <class T>
gpu::BufferRange Room(gpu::Arena& arena, int64_t count) {
  return arena.Allocate(static_cast<uint64_t>(count) * sizeof(T));
}

const std::vector<uint32_t>& PagesIn(const Network::Cache& cache) {
  return static_cast<const GpuPages::Cache&>(cache).pages();
}

// A page belongs to one sequence at a time, so its first one names two places: one column is read
// while the next is drawn.
uint32_t PlaceOf(const Network::KeptColumn& column) {
  return 2 * PagesIn(*column.cache).front() + static_cast<uint32_t>(column.index % 2);
}

uint32_t Low(uint64_t word) { return static_cast<uint32_t>(word); }
uint32_t High(uint64_t word) { return static_cast<uint32_t>(word >> 32); }

gpu::DrawRule RuleOf(const SamplingParams& sampling) {
  if (TakesMostProbable(sampling)) return gpu::DrawRule::kMostProbable;
  return sampling.top_p > 0.0 ? gpu::DrawRule::kTopP : gpu::DrawRule::kTopK;
}

}  // namespace

GpuInputs::GpuInputs(gpu::Arena& arena, const LmConfig& config) {
  rows.table = Room<gpu::RowTable>(arena, 1);
  rows.pages = Room<gpu::RowPages>(arena, kMostRows);
  rows.tokens = Room<uint32_t>(arena, kMostRows * config.codebooks);
  rows.vectors = Room<float>(arena, kMostRows * 2 * config.width);
  draws.draws = Room<gpu::Draw>(arena, kMostRows);
  draws.cells = Room<gpu::Cell>(arena, kMostRows * config.codebooks);
  if (rows.table.host == nullptr) return;
  new (rows.table.host) gpu::RowTable();
  for (const gpu::BufferRange* range :
       {&rows.pages, &rows.tokens, &rows.vectors, &draws.draws, &draws.cells}) {
    std::memset(range->host, 0, range->bytes);
  }
}

gpu::BufferRange FirstRows(gpu::BufferRange range, int64_t rows) {
  range.bytes = range.bytes / kMostRows * static_cast<uint64_t>(rows);
  return range;
}

void RecordCopy(gpu::Recorder& recorder, const GpuInputs& from, const GpuInputs& to, int64_t rows) {
  recorder.Copy(from.rows.table, to.rows.table);
  const auto copy = [&](const gpu::BufferRange& source, const gpu::BufferRange& target) {
    recorder.Copy(FirstRows(source, rows), FirstRows(target, rows));
  };
  copy(from.rows.pages, to.rows.pages);
  copy(from.rows.tokens, to.rows.tokens);
  copy(from.rows.vectors, to.rows.vectors);
  copy(from.draws.draws, to.draws.draws);
  copy(from.draws.cells, to.draws.cells);
}

GpuDescriber::GpuDescriber(const LmConfig& config)
    : width_(config.width),
      codebooks_(config.codebooks),
      codebook_size_(config.codebook_size),
      positions_(config.width) {}

void GpuDescriber::DescribeRow(const Network::Row& row, size_t index, const GpuInputs& to) const {
  MG_CHECK_LE(PagesOf(row.position + 1), static_cast<int64_t>(PagesIn(*row.cache).size()));
  gpu::Row& told = to.rows.table.as<gpu::RowTable>()->row[index];
  told = gpu::Row{.position = static_cast<int32_t>(row.position)};
  gpu::RowPages& pages = to.rows.pages.as<gpu::RowPages>()[index];
  std::copy(PagesIn(*row.cache).begin(), PagesIn(*row.cache).end(), pages.own);
  if (row.cross != nullptr) {
    told.cross_rows = static_cast<int32_t>(row.cross_rows);
    std::copy(PagesIn(*row.cross).begin(), PagesIn(*row.cross).end(), pages.cross);
  }
  if (row.logits != nullptr) told.flags |= gpu::Row::kReads;
  const size_t width = static_cast<size_t>(width_);
  float* vectors = to.rows.vectors.as<float>() + index * 2 * width;
  std::fill(vectors, vectors + width, 0.0f);
  positions_.AddTo(row.position, vectors);
  auto* tokens = to.rows.tokens.as<uint32_t>() + index * static_cast<size_t>(codebooks_);
  if (row.vector != nullptr) {
    told.flags |= gpu::Row::kFromVector;
    std::copy(row.vector, row.vector + width, vectors + width);
  } else if (row.kept.cache != nullptr) {
    told.flags |= gpu::Row::kFromColumn;
    told.place = PlaceOf(row.kept);
  } else {
    for (int64_t k = 0; k < codebooks_; ++k) {
      const int32_t token = row.tokens[k * row.token_stride];
      MG_CHECK(0 <= token && token <= codebook_size_);
      tokens[k] = static_cast<uint32_t>(token);
    }
  }
}

void GpuDescriber::DescribeDraw(const Network::Draw& draw, size_t first_row, size_t index,
                                const GpuInputs& to) const {
  MG_CHECK_EQ(draw.cells.size(), static_cast<size_t>(codebooks_));
  MG_CHECK_LE(draw.branches, kMostBranches);
  gpu::Draw& told = to.draws.draws.as<gpu::Draw>()[index];
  told = gpu::Draw();
  told.row = static_cast<uint32_t>(draw.row - first_row);
  told.branches = static_cast<uint32_t>(draw.branches);
  told.place = PlaceOf(draw.keep);
  told.rule = RuleOf(draw.sampling);
  told.temperature = static_cast<float>(draw.sampling.temperature);
  const int64_t top_k = std::clamp<int64_t>(draw.sampling.top_k, 0, codebook_size_);
  told.top_k = static_cast<uint32_t>(top_k);
  if (told.rule == gpu::DrawRule::kTopP) {
    const uint64_t top_p = TopPFraction(draw.sampling.top_p);
    told.top_p[0] = Low(top_p);
    told.top_p[1] = High(top_p);
  }
  told.seed[0] = Low(draw.seed);
  told.seed[1] = High(draw.seed);
  told.take = draw.take;
  for (size_t b = 1; b < draw.branches; ++b) {
    told.coefs[b - 1] = static_cast<float>(draw.guidance[b - 1]);
  }
  auto* cells = to.draws.cells.as<gpu::Cell>() + index * draw.cells.size();
  for (size_t k = 0; k < draw.cells.size(); ++k) {
    cells[k] = {draw.cells[k].given, draw.cells[k].frame};
  }
  auto* table = to.rows.table.as<gpu::RowTable>();
  for (size_t b = 0; b < draw.branches; ++b) table->row[told.row + b].flags |= gpu::Row::kReads;
}

void GpuDescriber::Describe(std::span<const Network::Row> rows,
                            std::span<const Network::Draw> draws, size_t first_row,
                            const GpuInputs& to) const {
  auto* table = to.rows.table.as<gpu::RowTable>();
  table->rows = static_cast<uint32_t>(rows.size());
  table->draws = static_cast<uint32_t>(draws.size());
  for (size_t i = 0; i < rows.size(); ++i) DescribeRow(rows[i], i, to);
  for (size_t i = 0; i < draws.size(); ++i) DescribeDraw(draws[i], first_row, i, to);
}

void GpuDescriber::DescribeCross(int64_t position, size_t rows, const Network::Cache& cross,
                                 const GpuInputs& to) {
  auto* table = to.rows.table.as<gpu::RowTable>();
  table->rows = static_cast<uint32_t>(rows);
  table->draws = 0;
  for (size_t i = 0; i < rows; ++i) {
    table->row[i] = gpu::Row{.position = static_cast<int32_t>(position + static_cast<int64_t>(i))};
    std::copy(PagesIn(cross).begin(), PagesIn(cross).end(),
              to.rows.pages.as<gpu::RowPages>()[i].own);
  }
}

}  // namespace musicgen::lm
