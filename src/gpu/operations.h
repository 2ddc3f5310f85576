// The transformer's operations on rows, each one dispatch of a shader with the order of summation
// of its kernel on the processor (kernels/): the same bits. All memory is float.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "gpu/recorder.h"
#include "gpu/rows.h"

namespace musicgen::gpu {

// What the host says of the rows of a pass.
struct RowInputs {
  BufferRange table;    // RowTable
  BufferRange pages;    // RowPages for each row
  BufferRange tokens;   // [rows, K], of rows without kFromVector
  BufferRange vectors;  // [rows][2, D]: of the position, of a prefix row
};

struct Matrix {
  BufferRange weights;  // as kernels/packed_matrix.h lays them out
  int64_t outputs = 0, inputs = 0;
};

// Keys and values of one layer: [pages][D][64] and [pages][heads][64][head_dim].
struct KeyValuePages {
  BufferRange keys, values;
};

class Operations {
 public:
  // Records for passes of so many rows, of which RowTable::rows count. Outlives its recordings.
  explicit Operations(const Device& device) : device_(device) {}

  // x [rows, D]; table [K, table_rows, D].
  void Embed(Recorder& recorder, const RowInputs& in, const BufferRange& table, int64_t width,
             int64_t codebooks, int64_t table_rows, int64_t rows, const BufferRange& x);
  // y [rows, D] = LayerNorm(x).
  void Norm(Recorder& recorder, const RowInputs& in, const BufferRange& x,
            const BufferRange& weight, const BufferRange& bias, float eps, int64_t width,
            Which which, int64_t rows, const BufferRange& y);
  // y [rows, N] = x [rows, K]·Wᵀ, or += it, or its GELU. y is not x.
  void Product(Recorder& recorder, const RowInputs& in, const BufferRange& x, const Matrix& matrix,
               Which which, Epilogue epilogue, int64_t rows, const BufferRange& y);
  // Of source [rows, stride], whose keys and values [D] begin so far into a row, to the pages.
  void Store(Recorder& recorder, const RowInputs& in, const BufferRange& source, int64_t stride,
             int64_t keys_at, int64_t values_at, int64_t width, int64_t head_dim, int64_t rows,
             const KeyValuePages& to);
  // out [rows, D], of queries [rows, q_stride], the first D of each row, over the positions up to
  // its own, or over the row's cross-attention source where it has one.
  void Attend(Recorder& recorder, const RowInputs& in, const BufferRange& queries, int64_t q_stride,
              bool cross, int64_t width, int64_t head_dim, int64_t rows, const KeyValuePages& from,
              const BufferRange& out);

 private:
  // Compiled when it is first wanted.
  const Pipeline& Of(std::string_view name, uint32_t bindings, uint32_t constants,
                     std::vector<uint32_t> specialisation = {});

  const Device& device_;
  std::map<std::pair<std::string_view, std::vector<uint32_t>>, std::unique_ptr<Pipeline>>
      pipelines_;
};

}  // namespace musicgen::gpu
