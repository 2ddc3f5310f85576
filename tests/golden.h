// What the Python reference computed: tensors of tests/fixtures/DIRECTORY/golden.safetensors, whose
// meanings and tolerances stand in golden.json beside it.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/tensor_source.h"
#include "fixtures_directory.h"
#include "tensor/tensor_view.h"

namespace musicgen {

class Golden {
 public:
  explicit Golden(const std::string& directory)
      : source_(checkpoint::OpenSafetensors(std::string(kFixturesDirectory) + "/" + directory +
                                            "/golden.safetensors")) {}

  bool Has(const std::string& name) const { return source_->Has(name); }
  Shape ShapeOf(const std::string& name) const { return source_->Get(name).shape; }
  std::vector<float> Floats(const std::string& name) const { return ToFloats(source_->Get(name)); }

  // Of an integer or boolean tensor whose values fit.
  std::vector<int32_t> Ints(const std::string& name) const {
    const TensorView tensor = source_->Get(name);
    switch (tensor.dtype) {
      case DType::kI64:
        return Narrow<int64_t>(tensor);
      case DType::kI32:
        return Narrow<int32_t>(tensor);
      case DType::kI16:
        return Narrow<int16_t>(tensor);
      case DType::kU8:
      case DType::kBool:
        return Narrow<uint8_t>(tensor);
      default:
        ThrowBadInput(name, " holds ", DTypeName(tensor.dtype), ", not integers");
    }
  }

 private:
  template <class T>
  static std::vector<int32_t> Narrow(const TensorView& tensor) {
    std::vector<T> wide(static_cast<size_t>(tensor.elements()));
    if (!wide.empty()) std::memcpy(wide.data(), tensor.data, tensor.bytes());
    std::vector<int32_t> out(wide.begin(), wide.end());
    for (size_t i = 0; i < wide.size(); ++i) {
      if (static_cast<T>(out[i]) != wide[i]) ThrowBadInput(tensor.name, " exceeds 32 bits");
    }
    return out;
  }

  std::unique_ptr<checkpoint::TensorSource> source_;
};

// Largest |a[i] - b[i]|, where equal infinities differ by nothing; infinite when the sizes differ
// or a value is not a number.
inline double MaxAbsDiff(std::span<const float> a, std::span<const float> b) {
  EXPECT_EQ(a.size(), b.size());
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
    if (difference > largest) largest = difference;
  }
  return largest;
}

}  // namespace musicgen
