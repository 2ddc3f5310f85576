// What a GGUF file says of itself, in front of its tensors' bytes (ggml, docs/gguf.md): metadata as
// typed values under keys, and each tensor's name, extents, type and place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor_view.h"

namespace musicgen::checkpoint {

enum class GgufType : uint32_t {
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kString,
  kArray,
  kU64,
  kI64,
  kF64
};
const char* GgufTypeName(GgufType type);

// A value of the metadata; its bytes, little endian, lie in the file.
struct GgufValue {
  GgufType type = GgufType::kU8;
  GgufType item_type = GgufType::kU8;  // of an array
  uint64_t items = 1;                  // of an array
  // A number; a string's text; an array's items behind each other, strings and inner arrays with
  // their lengths in front.
  std::string_view bytes;
};

struct GgufKeyValue {
  std::string_view key;
  GgufValue value;
};

struct GgufHeader {
  uint32_t version = 3;
  std::vector<GgufKeyValue> metadata;  // in the file's order
  std::vector<TensorView> tensors;     // data is null; offsets below
  std::vector<uint64_t> offsets;       // of each tensor's first byte in the file
};

inline constexpr uint32_t kGgufVersion = 3;
inline constexpr uint64_t kGgufAlignment = 32;  // when the file does not say
inline constexpr char kGgufAlignmentKey[] = "general.alignment";
inline constexpr size_t kGgufMostDims = 4;
inline constexpr size_t kGgufLongestName = 63;  // ggml keeps 64 bytes, the last one zero

// Checks every length, count, type, extent and offset of a whole file, as strictly as ggml's own
// reader does: versions 2 and 3, little endian; distinct keys and names; tensors behind each other
// in the header's order, each padded to the alignment, all within the file. Bytes behind the last
// one are allowed. Memory is bounded by the header's size. The views point into `file`. Throws
// Error(kBadInput) beginning with `where`.
GgufHeader ParseGguf(std::string_view file, const std::string& where);

// How ggml numbers an element type, if it has it.
std::optional<uint32_t> GgmlType(DType dtype);

}  // namespace musicgen::checkpoint
