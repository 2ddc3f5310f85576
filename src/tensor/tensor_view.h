// A named, row-major, read-only tensor that lives elsewhere (a mapped file, say).
#pragma once

#include <string>
#include <vector>

#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace musicgen {

struct TensorView {
  std::string name;
  DType dtype = DType::kF32;
  Shape shape;
  const void* data = nullptr;  // may be unaligned

  int64_t elements() const { return NumElements(shape); }
  // Where elements come in groups, the last axis must be a multiple of them.
  size_t bytes() const {
    return static_cast<size_t>(elements() / DTypeGroup(dtype)) * DTypeBytes(dtype);
  }
};

// Elements [begin, begin + count) of a floating-point or quantised tensor, widened to float (f64 is
// rounded).
void CopyToFloat(const TensorView& tensor, int64_t begin, int64_t count, float* out);
std::vector<float> ToFloats(const TensorView& tensor);

// Rows [begin, end) of the first axis, without a copy.
TensorView RowsOf(const TensorView& tensor, int64_t begin, int64_t end);

}  // namespace musicgen
