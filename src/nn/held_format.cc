#include "nn/held_format.h"

#include "kernels/packed_matrix.h"

namespace musicgen::nn {
namespace {

using kernels::WeightFormat;

constexpr int64_t kLargeConvolution = int64_t{1} << 20;  // weights

WeightFormat MatrixFormat(WeightFormat format, const Shape& shape) {
  const int64_t inputs = shape.empty() || shape[0] == 0 ? 0 : NumElements(shape) / shape[0];
  return kernels::IsQuantized(format) && !kernels::PackedMatrix::CanQuantize(inputs)
             ? WeightFormat::kF16
             : format;
}

WeightFormat RecurrentFormat(WeightFormat format, const Shape& shape, DType own) {
  if (format != WeightFormat::kF32) return MatrixFormat(format, shape);
  if (own == DType::kF16) return WeightFormat::kF16;
  if (own == DType::kBF16) return WeightFormat::kBF16;
  return WeightFormat::kF32;
}

}  // namespace

WeightFormat HeldFormat(TensorRole role, WeightFormat format, const Shape& shape, DType own) {
  switch (role) {
    case TensorRole::kFloat:
    case TensorRole::kFloatMatrix:
    case TensorRole::kUnread:
      return WeightFormat::kF32;
    case TensorRole::kTable:
      return kernels::IsQuantized(format) ? WeightFormat::kF16 : format;
    case TensorRole::kMatrix:
      return MatrixFormat(format, shape);
    case TensorRole::kSensitiveMatrix:
      return MatrixFormat(format == WeightFormat::kQ4 ? WeightFormat::kQ8 : format, shape);
    case TensorRole::kConvolution:
      return format != WeightFormat::kF32 && NumElements(shape) >= kLargeConvolution
                 ? WeightFormat::kF16
                 : WeightFormat::kF32;
    case TensorRole::kRecurrent:
      return RecurrentFormat(format, shape, own);
  }
  return WeightFormat::kF32;
}

}  // namespace musicgen::nn
