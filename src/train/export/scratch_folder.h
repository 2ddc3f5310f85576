// A folder that lasts as long as this object: what was there before is removed, too.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace musicgen::train {

class ScratchFolder {
 public:
  // Makes nothing yet.
  explicit ScratchFolder(std::string path) : path_(std::move(path)) { Remove(); }
  ~ScratchFolder() { Remove(); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  void Remove() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string path_;
};

}  // namespace musicgen::train
