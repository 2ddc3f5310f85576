#include <set>
#include <string>

#include "base/atomic_file.h"
#include "base/check.h"
#include "checkpoint/json.h"
#include "checkpoint/safetensors.h"

namespace musicgen::checkpoint {
namespace {

uint64_t BytesOf(const TensorToWrite& tensor) {
  return static_cast<uint64_t>(NumElements(tensor.shape)) * DTypeBytes(tensor.dtype);
}

std::string MetadataText(const std::map<std::string, std::string>& metadata) {
  std::string text;
  for (const auto& [key, value] : metadata) {
    text += StrCat(text.empty() ? "" : ",", QuoteJson(key), ":", QuoteJson(value));
  }
  return "{" + text + "}";
}

std::string ShapeText(const Shape& shape) {
  std::string text;
  for (int64_t extent : shape) text += StrCat(text.empty() ? "" : ",", extent);
  return "[" + text + "]";
}

std::string HeaderText(const std::vector<TensorToWrite>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::string text = "{";
  if (!metadata.empty()) text += "\"__metadata__\":" + MetadataText(metadata);
  std::set<std::string> names = {"__metadata__"};
  uint64_t offset = 0;
  for (const TensorToWrite& tensor : tensors) {
    const bool is_new = !tensor.name.empty() && names.insert(tensor.name).second;
    MG_CHECK(is_new);
    const uint64_t end = offset + BytesOf(tensor);
    text += StrCat(text.size() > 1 ? "," : "", QuoteJson(tensor.name), ":{\"dtype\":\"",
                   DTypeName(tensor.dtype), "\",\"shape\":", ShapeText(tensor.shape),
                   ",\"data_offsets\":[", offset, ",", end, "]}");
    offset = end;
  }
  text += "}";
  // The data begins at a multiple of 8 bytes, as the reference writes it.
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace

void WriteSafetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  WriteSafetensors(path, tensors, metadata, [&](size_t i, const PutBytes& put) {
    put(tensors[i].data, BytesOf(tensors[i]));
  });
}

void WriteSafetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata,
                      const std::function<void(size_t i, const PutBytes& put)>& write_tensor) {
  const std::string header = HeaderText(tensors, metadata);
  unsigned char length[8];
  for (int i = 0; i < 8; ++i) length[i] = static_cast<unsigned char>(header.size() >> (8 * i));
  AtomicFile file(path);
  file.Write(length, sizeof(length));
  file.Write(header.data(), header.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    uint64_t written = 0;
    write_tensor(i, [&](const void* data, size_t bytes) {
      file.Write(data, bytes);
      written += bytes;
    });
    MG_CHECK_EQ(written, BytesOf(tensors[i]));
  }
  file.Commit();
}

}  // namespace musicgen::checkpoint
