// A file mapped read-only into memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace musicgen {

class MappedFile {
 public:
  // Throws Error(kBadInput) when there is no such readable regular file.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const char* data() const { return data_; }
  size_t size() const { return size_; }
  std::string_view bytes() const { return {data_, size_}; }
  // Lets the system forget the whole pages inside [offset, offset + bytes); they are read again if
  // touched.
  void Drop(size_t offset, size_t bytes) const;

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace musicgen
