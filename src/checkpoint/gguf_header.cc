#include "checkpoint/gguf_header.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <unordered_set>

#include "base/error.h"

namespace musicgen::checkpoint {
namespace {

constexpr char kMagic[] = "GGUF";
constexpr size_t kLongestKey = 65535;
constexpr int kMostDepth = 4;  // of arrays in arrays
// The least that a key with its value, and a tensor's entry, take in the file.
constexpr uint64_t kLeastKeyValueBytes = 8 + 1 + 4 + 1;
constexpr uint64_t kLeastTensorBytes = 8 + 1 + 4 + 4 + 8;

const char* const kTypeNames[] = {"u8",   "i8",     "u16",   "i16", "u32", "i32", "f32",
                                  "bool", "string", "array", "u64", "i64", "f64"};
constexpr uint64_t kTypeBytes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

// ggml's element types (ggml.h, enum ggml_type). Those without a DType have a name for messages.
struct ElementType {
  uint32_t id;
  const char* name;
  std::optional<DType> dtype;
};
const ElementType kElementTypes[] = {
    {0, "F32", DType::kF32},
    {1, "F16", DType::kF16},
    {2, "Q4_0", DType::kQ4_0},
    {3, "Q4_1", {}},
    {6, "Q5_0", {}},
    {7, "Q5_1", {}},
    {8, "Q8_0", DType::kQ8_0},
    {9, "Q8_1", {}},
    {10, "Q2_K", {}},
    {11, "Q3_K", {}},
    {12, "Q4_K", {}},
    {13, "Q5_K", {}},
    {14, "Q6_K", {}},
    {15, "Q8_K", {}},
    {16, "IQ2_XXS", {}},
    {17, "IQ2_XS", {}},
    {18, "IQ3_XXS", {}},
    {19, "IQ1_S", {}},
    {20, "IQ4_NL", {}},
    {21, "IQ3_S", {}},
    {22, "IQ2_S", {}},
    {23, "IQ4_XS", {}},
    {24, "I8", DType::kI8},
    {25, "I16", DType::kI16},
    {26, "I32", DType::kI32},
    {27, "I64", DType::kI64},
    {28, "F64", DType::kF64},
    {29, "IQ1_M", {}},
    {30, "BF16", DType::kBF16},
    {34, "TQ1_0", {}},
    {35, "TQ2_0", {}},
    {39, "MXFP4", {}},
};

class Parser {
 public:
  Parser(std::string_view file, const std::string& where) : file_(file), where_(where) {}

  GgufHeader Parse() {
    uint64_t tensors = 0, values = 0;
    ReadStart(&tensors, &values);
    CheckCount("tensors", tensors, kLeastTensorBytes);
    CheckCount("metadata values", values, kLeastKeyValueBytes);
    for (uint64_t i = 0; i < values; ++i) ReadKeyValue(i);
    const uint64_t alignment = Alignment();
    std::vector<uint64_t> relative;
    for (uint64_t i = 0; i < tensors; ++i) relative.push_back(ReadTensor(i));
    Place(relative, alignment);
    return std::move(header_);
  }

 private:
  template <class... Parts>
  [[noreturn]] void Bad(const Parts&... parts) const {
    ThrowBadInput(where_, ": ", parts...);
  }

  uint64_t left() const { return file_.size() - at_; }

  std::string_view Take(uint64_t bytes, const char* what) {
    if (bytes > left()) {
      Bad("expected ", bytes, " bytes of ", what, " at byte ", at_, ", found ", left());
    }
    const std::string_view taken = file_.substr(at_, bytes);
    at_ += bytes;
    return taken;
  }
  template <class T>
  T Number(const char* what) {
    T value;
    std::memcpy(&value, Take(sizeof value, what).data(), sizeof value);
    return value;
  }
  std::string_view Text(const char* what) { return Take(Number<uint64_t>(what), what); }

  void ReadStart(uint64_t* tensors, uint64_t* values) {
    const std::string_view magic = Take(4, "a GGUF file's head");
    if (magic != kMagic) Bad("expected a file that begins with GGUF, found ", Printable(magic));
    header_.version = Number<uint32_t>("version");
    if (header_.version != 0 && (header_.version & 0xffff) == 0) {
      Bad("expected a little-endian GGUF file, found a big-endian one");
    }
    if (header_.version != 2 && header_.version != kGgufVersion) {
      Bad("expected GGUF version 2 or 3, found ", header_.version);
    }
    *tensors = Number<uint64_t>("number of tensors");
    *values = Number<uint64_t>("number of metadata values");
  }

  // Before anything is kept for so many of them.
  void CheckCount(const char* what, uint64_t count, uint64_t least_bytes) const {
    if (count > left() / least_bytes) {
      Bad("expected at most ", left() / least_bytes, " ", what, " in ", left(), " bytes, found ",
          count);
    }
  }

  GgufType Type(std::string_view key) {
    const auto type = Number<uint32_t>("a value's type");
    if (type >= std::size(kTypeNames)) {
      Bad("metadata ", Printable(key), ": expected a type below ", std::size(kTypeNames),
          ", found ", type);
    }
    return static_cast<GgufType>(type);
  }

  void ReadKeyValue(uint64_t index) {
    const std::string_view key = Text("a metadata key");
    if (key.empty() || key.size() > kLongestKey) {
      Bad("metadata key ", index, ": expected 1 to ", kLongestKey, " bytes, found ", key.size());
    }
    if (!keys_.insert(key).second) {
      Bad("metadata ", Printable(key), ": expected this key once, found it twice");
    }
    header_.metadata.push_back({key, ReadValue(Type(key), key, 0)});
  }

  GgufValue ReadValue(GgufType type, std::string_view key, int depth) {
    GgufValue value;
    value.type = type;
    if (type == GgufType::kString) {
      value.bytes = Text("a metadata text");
    } else if (type != GgufType::kArray) {
      value.bytes = Take(kTypeBytes[static_cast<uint32_t>(type)], "a metadata value");
    } else {
      ReadArray(key, depth, &value);
    }
    return value;
  }

  void ReadArray(std::string_view key, int depth, GgufValue* array) {
    if (depth == kMostDepth) {
      Bad("metadata ", Printable(key), ": expected arrays at most ", kMostDepth, " deep");
    }
    array->item_type = Type(key);
    array->items = Number<uint64_t>("an array's length");
    const uint64_t begin = at_;
    const uint64_t item_bytes = kTypeBytes[static_cast<uint32_t>(array->item_type)];
    // A string has its length in front, an array its type, too.
    const uint64_t least_bytes = item_bytes > 0 ? item_bytes : 8;
    if (array->items > left() / least_bytes) {
      Bad("metadata ", Printable(key), ": expected an array of at most ", left() / least_bytes, " ",
          GgufTypeName(array->item_type), " in ", left(), " bytes, found ", array->items);
    }
    if (item_bytes > 0) {
      at_ += array->items * item_bytes;
    } else {
      for (uint64_t i = 0; i < array->items; ++i) ReadValue(array->item_type, key, depth + 1);
    }
    array->bytes = file_.substr(begin, at_ - begin);
  }

  uint64_t Alignment() const {
    for (const auto& [key, value] : header_.metadata) {
      if (key != kGgufAlignmentKey) continue;
      if (value.type != GgufType::kU32) {
        Bad("metadata ", kGgufAlignmentKey, ": expected u32, found ", GgufTypeName(value.type));
      }
      uint32_t alignment;
      std::memcpy(&alignment, value.bytes.data(), sizeof alignment);
      if (!std::has_single_bit(alignment)) {
        Bad("metadata ", kGgufAlignmentKey, ": expected a power of two, found ", alignment);
      }
      return alignment;
    }
    return kGgufAlignment;
  }

  // Returns its offset in the data.
  uint64_t ReadTensor(uint64_t index) {
    const std::string_view name = Text("a tensor's name");
    if (name.empty() || name.size() > kGgufLongestName) {
      Bad("tensor ", index, ": expected a name of 1 to ", kGgufLongestName, " bytes, found ",
          name.size());
    }
    if (!names_.insert(name).second) {
      Bad("tensor ", Printable(name), ": expected this name once, found it twice");
    }
    TensorView tensor;
    tensor.name = name;
    const auto dims = Number<uint32_t>("a tensor's number of dimensions");
    if (dims > kGgufMostDims) {
      Bad("tensor ", Printable(name), ": expected at most ", kGgufMostDims, " dimensions, found ",
          dims);
    }
    uint64_t elements = 1;
    for (uint32_t i = 0; i < dims; ++i) {
      const auto extent = Number<uint64_t>("a tensor's extent");
      // More than the file's bits is more than it holds, in any type.
      const uint64_t most = 8 * static_cast<uint64_t>(file_.size());
      if (extent > most || (extent > 0 && elements > most / extent)) {
        Bad("tensor ", Printable(name), ": expected extents that fit a file of ", file_.size(),
            " bytes, found ", static_cast<int64_t>(extent), " in dimension ", i);
      }
      elements *= extent;
      tensor.shape.insert(tensor.shape.begin(), static_cast<int64_t>(extent));
    }
    tensor.dtype = ElementTypeOf(name, Number<uint32_t>("a tensor's type"));
    CheckRows(tensor);
    header_.tensors.push_back(std::move(tensor));
    return Number<uint64_t>("a tensor's offset");
  }

  DType ElementTypeOf(std::string_view name, uint32_t id) const {
    for (const ElementType& type : kElementTypes) {
      if (type.id != id) continue;
      if (type.dtype) return *type.dtype;
      Bad("tensor ", Printable(name), ": expected F32, F16, BF16, Q8_0 or Q4_0, found ", type.name);
    }
    Bad("tensor ", Printable(name), ": expected one of ggml's element types, found number ", id);
  }

  void CheckRows(const TensorView& tensor) const {
    const int64_t group = DTypeGroup(tensor.dtype);
    if (group == 1 || (!tensor.shape.empty() && tensor.shape.back() % group == 0)) return;
    Bad("tensor ", Printable(tensor.name), ": expected rows of a multiple of ", group, " as ",
        DTypeName(tensor.dtype), " has, found ", ToString(tensor.shape));
  }

  void Place(const std::vector<uint64_t>& relative, uint64_t alignment) {
    const auto padded = [&](uint64_t bytes) {
      return (bytes + alignment - 1) / alignment * alignment;
    };
    const uint64_t data = padded(at_);
    uint64_t expected = 0;  // no overflow: each tensor is smaller than 64 times the file
    for (size_t i = 0; i < relative.size(); ++i) {
      const TensorView& tensor = header_.tensors[i];
      if (relative[i] != expected) {
        Bad("tensor ", Printable(tensor.name), ": expected to begin at byte ", expected,
            " of the data, behind the one before and padded to ", alignment, ", found ",
            relative[i]);
      }
      expected += padded(tensor.bytes());
      if (data > file_.size() || expected > file_.size() - data) {
        Bad("tensor ", Printable(tensor.name), ": expected ", tensor.bytes(), " bytes, padded to ",
            alignment, ", at byte ", data + relative[i], ", found the file's end at ",
            file_.size());
      }
      header_.offsets.push_back(data + relative[i]);
    }
  }

  const std::string_view file_;
  const std::string& where_;
  uint64_t at_ = 0;
  GgufHeader header_;
  std::unordered_set<std::string_view> keys_, names_;
};

}  // namespace

const char* GgufTypeName(GgufType type) { return kTypeNames[static_cast<uint32_t>(type)]; }

GgufHeader ParseGguf(std::string_view file, const std::string& where) {
  return Parser(file, Printable(where, 1000)).Parse();
}

std::optional<uint32_t> GgmlType(DType dtype) {
  for (const ElementType& type : kElementTypes) {
    if (type.dtype == dtype) return type.id;
  }
  return std::nullopt;
}

}  // namespace musicgen::checkpoint
