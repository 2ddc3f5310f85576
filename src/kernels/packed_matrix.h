// Weights of a matrix product in the order the kernels read them.
//
// W [N, K] (N outputs, K inputs, as checkpoints store it) is cut into tiles of 32 outputs; a tile
// holds, for k = 0 … K−1, its 32 weights of input k side by side: [ceil(N / 32)][K][32]. Missing
// outputs of the last tile are zeros. Quantised tiles hold groups of 32 inputs
// (cpu/matmul_quantized.h). The layout is the same for every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/weight_format.h"
#include "tensor/aligned_buffer.h"
#include "tensor/tensor_view.h"

namespace musicgen::kernels {

// What a product with quantised weights wants for its inputs (kernels/matmul.h).
inline constexpr size_t kMatMulScratchBytes = size_t{288} * 1024;

class PackedMatrix {
 public:
  PackedMatrix() = default;
  // Whether weights of so many inputs may be quantised: whole groups, and no more than the kernels
  // have room for.
  static constexpr int64_t kMaxQuantizedInputs = int64_t{1} << 16;
  static bool CanQuantize(int64_t inputs);

  // Zeroed weights; throws Error(kOutOfMemory). Quantised inputs ≤ kMaxQuantizedInputs; the last
  // group need not be full.
  PackedMatrix(WeightFormat format, int64_t outputs, int64_t inputs);

  // Stores a floating-point tensor as outputs [first_output, first_output + rows), where its
  // elements, read as a row-major matrix [rows, inputs()], are the weights. Rounds to nearest even
  // where the format is narrower; groups of the same format are taken as they are. Calls for
  // outputs in different tiles may run at the same time.
  void PackRows(int64_t first_output, const TensorView& rows);

  // Stores the weights of one input, [outputs()], of a kF32 matrix. Calls for different inputs may
  // run at the same time.
  void PackInput(int64_t input, const float* weights);

  WeightFormat format() const { return format_; }
  int64_t outputs() const { return outputs_; }
  int64_t inputs() const { return inputs_; }
  int64_t tiles() const { return (outputs_ + kTileOutputs - 1) / kTileOutputs; }
  size_t bytes() const { return buffer_.bytes(); }
  const void* tile(int64_t index) const {
    return buffer_.as<const char>() +
           static_cast<size_t>(index * kTileOutputs) * FormatBytes(format_, inputs_);
  }

 private:
  template <class StoreTile>
  void ForEachTile(int64_t first_output, int64_t rows, const StoreTile& store);

  WeightFormat format_ = WeightFormat::kF32;
  int64_t outputs_ = 0;
  int64_t inputs_ = 0;
  AlignedBuffer buffer_;
};

}  // namespace musicgen::kernels
