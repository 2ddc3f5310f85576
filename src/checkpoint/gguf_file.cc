#include "checkpoint/gguf_file.h"

#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/placeholder.h"
#include "checkpoint/mapped_tensors.h"

namespace musicgen::checkpoint {
namespace {

constexpr size_t kLongestPath = 1000;  // in messages

template <class T>
T As(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// Nothing for another type.
std::optional<int64_t> IntegerOf(GgufType type, std::string_view bytes) {
  switch (type) {
    case GgufType::kU8:
      return As<uint8_t>(bytes);
    case GgufType::kI8:
      return As<int8_t>(bytes);
    case GgufType::kU16:
      return As<uint16_t>(bytes);
    case GgufType::kI16:
      return As<int16_t>(bytes);
    case GgufType::kU32:
      return As<uint32_t>(bytes);
    case GgufType::kI32:
      return As<int32_t>(bytes);
    case GgufType::kI64:
      return As<int64_t>(bytes);
    case GgufType::kU64:
      if (As<uint64_t>(bytes) > INT64_MAX) return std::nullopt;
      return As<int64_t>(bytes);
    default:
      return std::nullopt;
  }
}

GgufHeader Parse(std::string_view bytes, const std::string& path) {
  RefuseText(bytes, path);
  return ParseGguf(bytes, path);
}

}  // namespace

std::shared_ptr<const GgufFile> GgufFile::Open(const std::string& path) {
  return std::shared_ptr<const GgufFile>(new GgufFile(path));
}

GgufFile::GgufFile(const std::string& path)
    : where_(Printable(path, kLongestPath)),
      file_(std::make_shared<const MappedFile>(path)),
      header_(Parse(file_->bytes(), path)) {
  for (const auto& [key, value] : header_.metadata) values_.emplace(key, &value);
}

const GgufValue* GgufFile::Find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : found->second;
}

void GgufFile::BadType(std::string_view key, const char* expected, const GgufValue& found) const {
  ThrowBadInput(where_, ": metadata ", Printable(key), ": expected ", expected, ", found ",
                found.type == GgufType::kArray
                    ? StrCat("an array of ", GgufTypeName(found.item_type))
                    : GgufTypeName(found.type));
}

std::optional<std::string_view> GgufFile::Text(std::string_view key) const {
  const GgufValue* value = Find(key);
  if (value == nullptr) return std::nullopt;
  if (value->type != GgufType::kString) BadType(key, "a string", *value);
  return value->bytes;
}

std::optional<std::string_view> GgufFile::Bytes(std::string_view key) const {
  const GgufValue* value = Find(key);
  if (value == nullptr || value->type == GgufType::kString) return Text(key);
  const bool bytes = value->type == GgufType::kArray &&
                     (value->item_type == GgufType::kU8 || value->item_type == GgufType::kI8);
  if (!bytes) BadType(key, "a string or an array of u8", *value);
  return value->bytes;
}

std::optional<int64_t> GgufFile::Integer(std::string_view key) const {
  const GgufValue* value = Find(key);
  if (value == nullptr) return std::nullopt;
  const std::optional<int64_t> integer = IntegerOf(value->type, value->bytes);
  if (!integer) BadType(key, "an integer below 2^63", *value);
  return integer;
}

std::optional<std::vector<int64_t>> GgufFile::Integers(std::string_view key) const {
  const GgufValue* value = Find(key);
  if (value == nullptr) return std::nullopt;
  if (value->type != GgufType::kArray) BadType(key, "an array of integers", *value);
  std::vector<int64_t> integers;
  for (uint64_t i = 0; i < value->items; ++i) {
    const size_t bytes = value->bytes.size() / value->items;
    const auto integer = IntegerOf(value->item_type, value->bytes.substr(i * bytes, bytes));
    if (!integer) BadType(key, "an array of integers below 2^63", *value);
    integers.push_back(*integer);
  }
  return integers;
}

std::optional<double> GgufFile::Number(std::string_view key) const {
  const GgufValue* value = Find(key);
  if (value == nullptr) return std::nullopt;
  if (value->type == GgufType::kF32) return As<float>(value->bytes);
  if (value->type == GgufType::kF64) return As<double>(value->bytes);
  return static_cast<double>(*Integer(key));
}

std::unique_ptr<TensorSource> GgufFile::Tensors(
    const std::function<std::string(const std::string& name)>& rename) const {
  auto source = std::make_unique<MappedTensors>(where_);
  source->AddFile(file_);
  for (size_t i = 0; i < header_.tensors.size(); ++i) {
    TensorView tensor = header_.tensors[i];
    tensor.name = rename(tensor.name);
    tensor.data = file_->data() + header_.offsets[i];
    if (source->Has(tensor.name)) {
      ThrowBadInput(where_, ": expected one tensor that is ", Printable(tensor.name),
                    ", found two");
    }
    source->AddTensor(std::move(tensor));
  }
  return source;
}

}  // namespace musicgen::checkpoint
