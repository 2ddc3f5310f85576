#include "model/stored_type.h"

#include <algorithm>
#include <initializer_list>

#include "kernels/packed_matrix.h"

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

bool Contains(const std::string& name, std::initializer_list<const char*> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const char* part) { return name.find(part) != name.npos; });
}

// Small, and read in float.
bool StaysFloat(const std::string& name) {
  return name.ends_with(".codebook.embed") ||
         Contains(name, {"enc_to_dec_proj.", "relative_attention_bias."});
}

bool IsQuantizable(const std::string& name, const Shape& shape) {
  return !Contains(name, {"embed_tokens.", "embed_positions.", "shared."}) &&
         !name.starts_with("audio_encoder.") && shape.size() == 2 &&
         kernels::PackedMatrix::CanQuantize(shape.back());
}

// What keeps eight bits at q4, as lm/decoder.h says.
bool IsSensitive(const std::string& name) {
  return name.starts_with("text_encoder.") || name.starts_with("decoder.lm_heads.") ||
         Contains(name, {".v_proj.", ".self_attn.out_proj.", ".encoder_attn.k_proj."});
}

}  // namespace

DType StoredType(const std::string& name, const Shape& shape, DType own, Precision precision) {
  if (precision == Precision::kAuto || !IsReal(own)) return own;
  if (precision == Precision::kF32 || IsVector(shape)) return DType::kF32;
  if (precision == Precision::kF16) return DType::kF16;
  if (precision == Precision::kBF16) return DType::kBF16;
  if (StaysFloat(name)) return DType::kF32;
  if (!IsQuantizable(name, shape)) return DType::kF16;
  return precision == Precision::kQ4 && !IsSensitive(name) ? DType::kQ4_0 : DType::kQ8_0;
}

}  // namespace musicgen::model
