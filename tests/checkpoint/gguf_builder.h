// GGUF files, fine and broken, byte by byte: the writer of the program would not write the latter.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace musicgen::checkpoint {

template <class T>
std::string Little(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

inline std::string GgufText(const std::string& text) {
  return Little<uint64_t>(text.size()) + text;
}

struct GgufBuilder {
  struct Tensor {
    std::string name;
    std::vector<uint64_t> extents = {4};  // innermost first
    uint32_t type = 0;
    uint64_t offset = 0;
    uint32_t dims = UINT32_MAX;  // as many as there are
  };

  std::string magic = "GGUF";
  uint32_t version = 3;
  uint64_t tensor_count = UINT64_MAX, value_count = UINT64_MAX;  // as many as there are
  std::vector<std::pair<std::string, std::string>> values;       // whole keys; types and values
  std::vector<Tensor> tensors;
  uint64_t alignment = 32;  // of the data
  std::string data;

  std::string Bytes() const {
    std::string file =
        magic + Little(version) +
        Little<uint64_t>(tensor_count == UINT64_MAX ? tensors.size() : tensor_count) +
        Little<uint64_t>(value_count == UINT64_MAX ? values.size() : value_count);
    for (const auto& [key, value] : values) file += key + value;
    for (const Tensor& tensor : tensors) {
      file += GgufText(tensor.name);
      file += Little<uint32_t>(tensor.dims == UINT32_MAX ? tensor.extents.size() : tensor.dims);
      for (const uint64_t extent : tensor.extents) file += Little(extent);
      file += Little(tensor.type) + Little(tensor.offset);
    }
    file.append((alignment - file.size() % alignment) % alignment, '\0');
    return file + data;
  }

  GgufBuilder& Value(const std::string& key, uint32_t type, const std::string& bytes) {
    values.emplace_back(GgufText(key), Little(type) + bytes);
    return *this;
  }
};

// Two tensors, F32 [4] and [2, 4], and two values.
inline GgufBuilder FineGguf() {
  GgufBuilder file;
  file.Value("a", 4, Little<uint32_t>(7)).Value("b", 8, GgufText("text"));
  file.tensors = {{"one"}, {"two", {4, 2}, 0, 32}};
  file.data = std::string(64, 'x');
  return file;
}

}  // namespace musicgen::checkpoint
