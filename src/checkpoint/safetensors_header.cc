// Accepts and refuses what the reference implementation (huggingface/safetensors, tensor.rs) does,
// but for the element types this project has no use for and bounds on rank and number of values.
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.h"
#include "checkpoint/json.h"
#include "checkpoint/safetensors.h"

namespace musicgen::checkpoint {
namespace {

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMostHeaderBytes = 100'000'000;  // as the reference
constexpr size_t kMostAxes = 16;
constexpr DType kDTypes[] = {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64,
                             DType::kI32, DType::kI16, DType::kI8,  DType::kU8,   DType::kBool};

struct Entry {
  TensorView tensor;
  uint64_t begin = 0;  // in the payload
  uint64_t end = 0;
};

const JsonValue& Field(const JsonObject& fields, const char* key, const std::string& where) {
  const JsonValue* value = Find(fields, key);
  if (value == nullptr) ThrowBadInput(where, " has no ", key);
  return *value;
}

DType ReadDType(const JsonValue& value, const std::string& where) {
  if (const auto* name = value.as<std::string>()) {
    for (DType dtype : kDTypes) {
      if (*name == DTypeName(dtype)) return dtype;
    }
  }
  std::string known;
  for (DType dtype : kDTypes) known += StrCat(known.empty() ? "" : ", ", DTypeName(dtype));
  ThrowBadInput(where, ": expected a dtype of ", known, ", found ", Describe(value));
}

// A list of integers ≥ 0.
std::vector<int64_t> ReadCounts(const JsonObject& fields, const char* key, size_t most,
                                const std::string& where) {
  const JsonValue& value = Field(fields, key, where);
  const auto* list = value.as<JsonArray>();
  if (list == nullptr) {
    ThrowBadInput(where, ": expected a list as ", key, ", found ", Describe(value));
  }
  if (list->size() > most) {
    ThrowBadInput(where, ": expected at most ", most, " numbers in ", key, ", found ",
                  list->size());
  }
  std::vector<int64_t> result;
  for (const JsonValue& item : *list) {
    const auto* count = item.as<int64_t>();
    if (count == nullptr || *count < 0) {
      ThrowBadInput(where, ": expected integers from 0 to 2^63 - 1 in ", key, ", found ",
                    Describe(item));
    }
    result.push_back(*count);
  }
  return result;
}

uint64_t BytesOf(const Shape& shape, DType dtype, const std::string& where) {
  int64_t bytes = static_cast<int64_t>(DTypeBytes(dtype));
  for (int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) {
      ThrowBadInput(where, ": shape ", ToString(shape), " overflows a 64-bit size");
    }
  }
  return static_cast<uint64_t>(bytes);
}

Entry ReadEntry(const JsonMember& member, const std::string& file) {
  const std::string where = StrCat(file, ": tensor ", Printable(member.key));
  if (member.key.empty()) ThrowBadInput(file, ": expected tensor names, found an empty one");
  const auto* fields = member.value.as<JsonObject>();
  if (fields == nullptr) {
    ThrowBadInput(where, ": expected an object, found ", Describe(member.value));
  }
  Entry entry;
  entry.tensor.name = member.key;
  entry.tensor.dtype = ReadDType(Field(*fields, "dtype", where), where);
  entry.tensor.shape = ReadCounts(*fields, "shape", kMostAxes, where);
  const auto offsets = ReadCounts(*fields, "data_offsets", 2, where);
  if (offsets.size() != 2) {
    ThrowBadInput(where, ": expected 2 numbers in data_offsets, found ", offsets.size());
  }
  entry.begin = static_cast<uint64_t>(offsets[0]);
  entry.end = static_cast<uint64_t>(offsets[1]);
  if (entry.end < entry.begin) {
    ThrowBadInput(where, ": data_offsets end at ", entry.end, " before they begin at ",
                  entry.begin);
  }
  const uint64_t bytes = BytesOf(entry.tensor.shape, entry.tensor.dtype, where);
  if (entry.end - entry.begin != bytes) {
    ThrowBadInput(where, ": expected ", bytes, " bytes for ", DTypeName(entry.tensor.dtype), " ",
                  ToString(entry.tensor.shape), ", found data_offsets of ",
                  entry.end - entry.begin);
  }
  return entry;
}

std::map<std::string, std::string> ReadMetadata(const JsonValue& value, const std::string& where) {
  std::map<std::string, std::string> metadata;
  if (value.null()) return metadata;
  const auto* object = value.as<JsonObject>();
  if (object == nullptr) {
    ThrowBadInput(where, ": expected an object as __metadata__, found ", Describe(value));
  }
  for (const JsonMember& member : *object) {
    const auto* text = member.value.as<std::string>();
    if (text == nullptr) {
      ThrowBadInput(where, ": __metadata__ ", Printable(member.key), ": expected a string, found ",
                    Describe(member.value));
    }
    metadata.emplace(member.key, *text);
  }
  return metadata;
}

// The JSON text between the length and the payload.
std::string_view HeaderText(std::string_view head, uint64_t file_bytes, const std::string& where) {
  if (file_bytes < kLengthBytes || head.size() < kLengthBytes) {
    ThrowBadInput(where, ": expected a safetensors file of at least ", kLengthBytes,
                  " bytes, found ", file_bytes);
  }
  uint64_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    length |= uint64_t{static_cast<unsigned char>(head[i])} << (8 * i);
  }
  const uint64_t most =
      std::min(std::min<uint64_t>(file_bytes, head.size()) - kLengthBytes, kMostHeaderBytes);
  if (length > most) {
    ThrowBadInput(where, ": expected a safetensors header of at most ", most, " bytes, found ",
                  length);
  }
  return head.substr(kLengthBytes, length);
}

}  // namespace

SafetensorsHeader ParseSafetensorsHeader(std::string_view head, uint64_t file_bytes,
                                         const std::string& name) {
  const std::string where = Printable(name, 1000);
  const std::string_view text = HeaderText(head, file_bytes, where);
  const JsonValue root = ParseJson(text, where + ": safetensors header");
  const auto* members = root.as<JsonObject>();
  if (members == nullptr) {
    ThrowBadInput(where, ": expected an object as safetensors header, found ", Describe(root));
  }

  SafetensorsHeader header;
  std::vector<Entry> entries;
  for (const JsonMember& member : *members) {
    if (member.key == "__metadata__") {
      header.metadata = ReadMetadata(member.value, where);
    } else {
      entries.push_back(ReadEntry(member, where));
    }
  }

  // Together the tensors must cover the payload exactly.
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  const uint64_t payload_offset = kLengthBytes + text.size();
  const uint64_t payload = file_bytes - payload_offset;
  uint64_t covered = 0;
  for (Entry& entry : entries) {
    const std::string tensor = StrCat(where, ": tensor ", Printable(entry.tensor.name));
    if (entry.begin != covered) {
      ThrowBadInput(tensor, ": expected data_offsets to begin at ", covered, ", found ",
                    entry.begin, entry.begin < covered ? ", an overlap" : ", a hole");
    }
    if (entry.end > payload) {
      ThrowBadInput(tensor, ": data_offsets end at ", entry.end, ", past the ", payload,
                    " bytes of data in the file");
    }
    covered = entry.end;
    header.tensors.push_back(std::move(entry.tensor));
    header.offsets.push_back(payload_offset + entry.begin);
  }
  if (covered != payload) {
    ThrowBadInput(where, ": expected ", covered, " bytes of tensor data, found ", payload);
  }
  return header;
}

}  // namespace musicgen::checkpoint
