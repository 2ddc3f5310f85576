#include "tensor/tensor_view.h"

#include <cstring>

#include "base/check.h"

namespace musicgen {
namespace {

template <class Stored, class Convert>
void Widen(const void* data, int64_t begin, int64_t count, float* out, Convert convert) {
  const char* from = static_cast<const char*>(data) + begin * static_cast<int64_t>(sizeof(Stored));
  for (int64_t i = 0; i < count; ++i) {
    Stored value;
    std::memcpy(&value, from + i * static_cast<int64_t>(sizeof(Stored)), sizeof(Stored));
    out[i] = convert(value);
  }
}

}  // namespace

void CopyToFloat(const TensorView& tensor, int64_t begin, int64_t count, float* out) {
  MG_CHECK_LE(begin + count, tensor.elements());
  switch (tensor.dtype) {
    case DType::kF32:
      if (count > 0) {
        std::memcpy(out, static_cast<const char*>(tensor.data) + begin * 4,
                    static_cast<size_t>(count) * 4);
      }
      return;
    case DType::kF16:
      return Widen<uint16_t>(tensor.data, begin, count, out, F16ToFloat);
    case DType::kBF16:
      return Widen<uint16_t>(tensor.data, begin, count, out, BF16ToFloat);
    case DType::kF64:
      return Widen<double>(tensor.data, begin, count, out,
                           [](double v) { return static_cast<float>(v); });
    default:
      ThrowBadInput("tensor ", Printable(tensor.name), ": expected a floating-point type, found ",
                    DTypeName(tensor.dtype));
  }
}

std::vector<float> ToFloats(const TensorView& tensor) {
  std::vector<float> out(static_cast<size_t>(tensor.elements()));
  CopyToFloat(tensor, 0, tensor.elements(), out.data());
  return out;
}

TensorView RowsOf(const TensorView& tensor, int64_t begin, int64_t end) {
  MG_CHECK(!tensor.shape.empty() && 0 <= begin && begin <= end && end <= tensor.shape[0]);
  TensorView rows = tensor;
  rows.shape[0] = end - begin;
  const int64_t row_elements = tensor.shape[0] ? tensor.elements() / tensor.shape[0] : 0;
  rows.data = static_cast<const char*>(tensor.data) +
              begin * row_elements * static_cast<int64_t>(DTypeBytes(tensor.dtype));
  return rows;
}

}  // namespace musicgen
