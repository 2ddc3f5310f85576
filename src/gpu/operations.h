// The transformer's operations on rows, each one dispatch of a shader with the order of summation
// of its kernel on the processor (kernels/): the same bits. Activations are float; weights, keys
// and values have a format each.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "gpu/draws.h"
#include "gpu/recorder.h"
#include "gpu/rows.h"
#include "kernels/weight_format.h"

namespace musicgen::gpu {

// What the host says of the rows of a pass.
struct RowInputs {
  BufferRange table;    // RowTable
  BufferRange pages;    // RowPages for each row
  BufferRange tokens;   // [rows, K], of rows without kFromVector and kFromColumn
  BufferRange vectors;  // [rows][2, D]: of the position, of a prefix row
};

struct Matrix {
  BufferRange
      weights;  // as kernels/packed_matrix.h lays them out; quantised inputs in whole groups
  int64_t outputs = 0, inputs = 0;
  kernels::WeightFormat format = kernels::WeightFormat::kF32;
  bool two_digit_activations = false;  // kernels/matmul.h
};

// K tables of [V + 1, D], in a format of 32 or sixteen bits.
struct EmbeddingTables {
  BufferRange tables;
  int64_t codebooks = 0, rows = 0, width = 0;
  kernels::WeightFormat format = kernels::WeightFormat::kF32;
};

// Keys and values of one layer in pages, as shaders/pages.glsl lays them out: kF32, kBF16 or kQ8.
struct KeyValuePages {
  BufferRange keys, values;
  kernels::WeightFormat format = kernels::WeightFormat::kF32;
};
// Of the keys or the values of a page.
uint64_t PageBytes(kernels::WeightFormat format, int64_t heads, int64_t head_dim);

// Where a product's row lies in y.
struct RowPlace {
  int64_t stride = 0;  // floats from row to row; 0: the row has nothing else
  int64_t at = 0;      // where it begins in them
};

class Operations {
 public:
  // Records for passes of so many rows, of which RowTable::rows count. Outlives its recordings.
  explicit Operations(const Device& device);
  // A product's outputs are each computed by so many lanes together, at most 32.
  Operations(const Device& device, int64_t lanes);

  // Where the integers of a product's inputs lie meanwhile: DigitBytes and ScaleBytes of the most
  // rows and inputs. Before products with quantised weights.
  void SetScratch(const BufferRange& digits, const BufferRange& scales);
  static uint64_t DigitBytes(int64_t rows, int64_t inputs);
  static uint64_t ScaleBytes(int64_t rows, int64_t inputs);

  // x [rows, D], of rows with kFromColumn from `columns` (DrawOutputs).
  void Embed(Recorder& recorder, const RowInputs& in, const BufferRange& columns,
             const EmbeddingTables& table, int64_t rows, const BufferRange& x);
  // y [rows, D] = LayerNorm(x).
  void Norm(Recorder& recorder, const RowInputs& in, const BufferRange& x,
            const BufferRange& weight, const BufferRange& bias, float eps, int64_t width,
            Which which, int64_t rows, const BufferRange& y);
  // y [rows, N] = x [rows, K]·Wᵀ, or += it, or its GELU. y is not x.
  void Product(Recorder& recorder, const RowInputs& in, const BufferRange& x, const Matrix& matrix,
               Which which, Epilogue epilogue, int64_t rows, const BufferRange& y,
               const RowPlace& place = {});
  // Of source [rows, stride], whose keys and values [D] begin so far into a row, to the pages.
  void Store(Recorder& recorder, const RowInputs& in, const BufferRange& source, int64_t stride,
             int64_t keys_at, int64_t values_at, int64_t width, int64_t head_dim, int64_t rows,
             const KeyValuePages& to);
  // out [rows, D], of queries [rows, q_stride], the first D of each row, over the positions up to
  // its own, or over the row's cross-attention source where it has one.
  void Attend(Recorder& recorder, const RowInputs& in, const BufferRange& queries, int64_t q_stride,
              bool cross, int64_t width, int64_t head_dim, int64_t rows, const KeyValuePages& from,
              const BufferRange& out);
  // Columns of K codes from logits [rows, K, V], at most so many.
  void Draw(Recorder& recorder, const RowInputs& in, const DrawInputs& draws,
            const BufferRange& logits, int64_t codebooks, int64_t codebook_size, int64_t most,
            const DrawOutputs& out);

 private:
  // Compiled when it is first wanted.
  const Pipeline& Of(std::string_view name, uint32_t bindings, uint32_t constants,
                     std::vector<uint32_t> specialisation = {});

  uint32_t Ahead() const;
  int64_t ProductLanes(int64_t threads, int64_t sums) const;
  void Quantize(Recorder& recorder, const RowInputs& in, const BufferRange& x, int64_t inputs,
                int64_t parts, int64_t rows);

  const Device& device_;
  int64_t lanes_;
  BufferRange digits_, scales_;
  std::map<std::pair<std::string_view, std::vector<uint32_t>>, std::unique_ptr<Pipeline>>
      pipelines_;
};

}  // namespace musicgen::gpu
