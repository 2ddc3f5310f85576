// What the host says of a pass: of its rows, and of the columns to be drawn. It lies once on the
// host's side for each pass that may be under way, and once in the device's own memory, to which a
// pass copies it first.
#pragma once

#include <cstdint>
#include <span>

#include "gpu/draws.h"
#include "gpu/operations.h"
#include "lm/lm_config.h"
#include "lm/network.h"
#include "nn/sinusoidal_positions.h"

namespace musicgen::lm {

struct GpuInputs {
  // Room for gpu::kMostRows rows, and as many draws.
  GpuInputs(gpu::Arena& arena, const LmConfig& config);

  gpu::RowInputs rows;
  gpu::DrawInputs draws;
};

// Of so many rows and draws at most.
void RecordCopy(gpu::Recorder& recorder, const GpuInputs& from, const GpuInputs& to, int64_t rows);
// The part of a range with room for gpu::kMostRows rows that the first ones have.
gpu::BufferRange FirstRows(gpu::BufferRange range, int64_t rows);

// Fills inputs on the host's side.
class GpuDescriber {
 public:
  explicit GpuDescriber(const LmConfig& config);

  // Rows and draws, which count their rows from `first_row` on.
  void Describe(std::span<const Network::Row> rows, std::span<const Network::Draw> draws,
                size_t first_row, const GpuInputs& to) const;
  // Rows of a cross-attention source from a position on.
  static void DescribeCross(int64_t position, size_t rows, const Network::Cache& cross,
                            const GpuInputs& to);

 private:
  void DescribeRow(const Network::Row& row, size_t index, const GpuInputs& to) const;
  void DescribeDraw(const Network::Draw& draw, size_t first_row, size_t index,
                    const GpuInputs& to) const;

  const int64_t width_, codebooks_, codebook_size_;
  const nn::SinusoidalPositions positions_;
};

}  // namespace musicgen::lm
