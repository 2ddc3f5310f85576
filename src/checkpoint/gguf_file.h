// A GGUF file, memory-mapped: its metadata by key and its tensors.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mapped_file.h"
#include "checkpoint/gguf_header.h"
#include "checkpoint/tensor_source.h"

namespace musicgen::checkpoint {

class GgufFile {
 public:
  // Checks the whole header. Throws Error(kBadInput).
  static std::shared_ptr<const GgufFile> Open(const std::string& path);

  const GgufHeader& header() const { return header_; }
  bool Has(std::string_view key) const { return values_.contains(key); }
  // Nothing when there is no such key. Another type throws Error(kBadInput).
  std::optional<std::string_view> Text(std::string_view key) const;
  std::optional<int64_t> Integer(std::string_view key) const;
  std::optional<double> Number(std::string_view key) const;
  std::optional<std::vector<int64_t>> Integers(std::string_view key) const;  // an array's
  // A text, or an array of bytes.
  std::optional<std::string_view> Bytes(std::string_view key) const;

  // The tensors under the names that `rename` gives theirs, which must be distinct.
  std::unique_ptr<TensorSource> Tensors(
      const std::function<std::string(const std::string& name)>& rename) const;

  const std::string& where() const { return where_; }

 private:
  explicit GgufFile(const std::string& path);
  const GgufValue* Find(std::string_view key) const;
  [[noreturn]] void BadType(std::string_view key, const char* expected,
                            const GgufValue& found) const;

  std::string where_;
  std::shared_ptr<const MappedFile> file_;
  GgufHeader header_;
  std::unordered_map<std::string_view, const GgufValue*> values_;
};

}  // namespace musicgen::checkpoint
