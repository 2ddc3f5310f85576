#include "model/stored_type.h"

#include <algorithm>

#include "nn/held_format.h"

namespace musicgen::model {
namespace {

bool IsReal(DType dtype) {
  switch (dtype) {
    case DType::kF64:
    case DType::kF32:
    case DType::kF16:
    case DType::kBF16:
    case DType::kQ8_0:
    case DType::kQ4_0:
      return true;
    default:
      return false;
  }
}

// One extent above 1: biases, norms, weight norm's gains.
bool IsVector(const Shape& shape) {
  return std::count_if(shape.begin(), shape.end(), [](int64_t extent) { return extent > 1; }) <= 1;
}

DType DTypeOf(kernels::WeightFormat format) {
  switch (format) {
    case kernels::WeightFormat::kF32:
      return DType::kF32;
    case kernels::WeightFormat::kF16:
      return DType::kF16;
    case kernels::WeightFormat::kBF16:
      return DType::kBF16;
    case kernels::WeightFormat::kQ8:
      return DType::kQ8_0;
    case kernels::WeightFormat::kQ4:
      return DType::kQ4_0;
  }
  return DType::kF32;
}

}  // namespace

DType StoredType(TensorRole role, const Shape& shape, DType own, Precision precision) {
  if (precision == Precision::kAuto || !IsReal(own)) return own;
  if (precision == Precision::kF32 || IsVector(shape)) return DType::kF32;
  if (precision == Precision::kF16) return DType::kF16;
  if (precision == Precision::kBF16) return DType::kBF16;
  if (role == TensorRole::kConvolution || role == TensorRole::kRecurrent) return DType::kF16;
  return DTypeOf(nn::HeldFormat(
      role, precision == Precision::kQ4 ? kernels::WeightFormat::kQ4 : kernels::WeightFormat::kQ8,
      shape, own));
}

}  // namespace musicgen::model
