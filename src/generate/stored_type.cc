#include "generate/stored_type.h"

#include <algorithm>

namespace musicgen::generate {
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

bool IsQuantizable(const std::string& name, const Shape& shape) {
  const bool table =
      name.find("embed_tokens.") != name.npos || name.find("embed_positions.") != name.npos ||
      name.find("shared.") != name.npos || name.find("relative_attention_bias.") != name.npos ||
      name.find("enc_to_dec_proj.") != name.npos;
  return !table && !name.starts_with("audio_encoder.") && shape.size() == 2 &&
         shape.back() % DTypeGroup(DType::kQ8_0) == 0;
}

}  // namespace

DType StoredType(const std::string& name, const Shape& shape, DType own, Precision precision) {
  if (precision == Precision::kAuto || !IsReal(own)) return own;
  if (precision == Precision::kF32 || IsVector(shape)) return DType::kF32;
  if (precision == Precision::kF16) return DType::kF16;
  if (precision == Precision::kBF16) return DType::kBF16;
  if (name.ends_with(".codebook.embed")) return DType::kF32;
  if (!IsQuantizable(name, shape)) return DType::kF16;
  return precision == Precision::kQ8 ? DType::kQ8_0 : DType::kQ4_0;
}

}  // namespace musicgen::generate
