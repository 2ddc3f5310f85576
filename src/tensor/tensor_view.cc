#include "tensor/tensor_view.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "tensor/quantized_group.h"

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

template <class Group>
void Dequantize(const void* data, int64_t begin, int64_t count, float* out) {
  const char* groups = static_cast<const char*>(data);
  for (int64_t done = 0; done < count;) {
    const int64_t index = (begin + done) / kQuantGroup, skip = (begin + done) % kQuantGroup;
    Group group;
    std::memcpy(&group, groups + index * static_cast<int64_t>(sizeof(Group)), sizeof(Group));
    float values[kQuantGroup];
    musicgen::Dequantize(group, values);
    const int64_t n = std::min(kQuantGroup - skip, count - done);
    std::memcpy(out + done, values + skip, static_cast<size_t>(n) * sizeof(float));
    done += n;
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
    case DType::kQ8_0:
      return Dequantize<Q8Group>(tensor.data, begin, count, out);
    case DType::kQ4_0:
      return Dequantize<Q4Group>(tensor.data, begin, count, out);
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
  rows.shape[0] = begin;
  const size_t before = rows.bytes();
  rows.shape[0] = end - begin;
  rows.data = static_cast<const char*>(tensor.data) + before;
  return rows;
}

}  // namespace musicgen
