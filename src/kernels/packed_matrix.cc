#include "kernels/packed_matrix.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "tensor/dtype.h"

namespace musicgen::kernels {

size_t FormatBytes(WeightFormat format) { return format == WeightFormat::kF32 ? 4 : 2; }

const char* FormatName(WeightFormat format) {
  switch (format) {
    case WeightFormat::kF32:
      return "f32";
    case WeightFormat::kF16:
      return "f16";
    case WeightFormat::kBF16:
      return "bf16";
  }
  return "?";
}

PackedMatrix::PackedMatrix(WeightFormat format, int64_t outputs, int64_t inputs)
    : format_(format),
      outputs_(outputs),
      inputs_(inputs),
      buffer_(static_cast<size_t>(tiles() * inputs * kTileOutputs) * FormatBytes(format)) {}

void PackedMatrix::PackRows(int64_t first_output, const TensorView& rows) {
  if (inputs_ == 0) return;
  const int64_t count = rows.elements() / inputs_;
  MG_CHECK_EQ(count * inputs_, rows.elements());
  // A few rows at a time, so that a large tensor is never held twice in float.
  const int64_t block_rows = std::max<int64_t>(1, (int64_t{1} << 18) / inputs_);
  std::vector<float> block(static_cast<size_t>(std::min(block_rows, count) * inputs_));
  for (int64_t row = 0; row < count; row += block_rows) {
    const int64_t n = std::min(block_rows, count - row);
    CopyToFloat(rows, row * inputs_, n * inputs_, block.data());
    PackRows(first_output + row, n, block.data());
  }
}

void PackedMatrix::PackRows(int64_t first_output, int64_t rows, const float* weights) {
  MG_CHECK(0 <= first_output && 0 <= rows);
  MG_CHECK_LE(first_output + rows, outputs_);
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t output = first_output + row;
    const float* from = weights + row * inputs_;
    const int64_t at = output / kTileOutputs * inputs_ * kTileOutputs + output % kTileOutputs;
    switch (format_) {
      case WeightFormat::kF32: {
        float* to = buffer_.as<float>() + at;
        for (int64_t k = 0; k < inputs_; ++k) to[k * kTileOutputs] = from[k];
        break;
      }
      case WeightFormat::kF16: {
        uint16_t* to = buffer_.as<uint16_t>() + at;
        for (int64_t k = 0; k < inputs_; ++k) to[k * kTileOutputs] = FloatToF16(from[k]);
        break;
      }
      case WeightFormat::kBF16: {
        uint16_t* to = buffer_.as<uint16_t>() + at;
        for (int64_t k = 0; k < inputs_; ++k) to[k * kTileOutputs] = FloatToBF16(from[k]);
        break;
      }
    }
  }
}

}  // namespace musicgen::kernels
