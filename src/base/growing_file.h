// A file that grows over several runs of the program until it is whole and gets its name.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace musicgen {

class GrowingFile {
 public:
  // Opens `path`, made when it is missing, as far as earlier runs came. Throws Error(kFailure).
  explicit GrowingFile(const std::string& path);
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  uint64_t size() const { return size_; }
  // Hands over what is there, in pieces, until `take` returns false.
  void ReadAll(const std::function<bool(std::string_view)>& take) const;
  // Throw Error(kFailure) with the system's reason.
  void Append(std::string_view bytes);
  void Clear();
  // Puts it in the place of whatever `name` was, after its bytes are on the disk.
  void Publish(const std::string& name);
  void Remove();

 private:
  std::string path_;
  int file_;
  uint64_t size_ = 0;
};

}  // namespace musicgen
