// A folder of files that appears whole or not at all.
#pragma once

#include <filesystem>
#include <string>

namespace musicgen::convert {

// Files are made in a hidden folder, `stage()`; Commit() gives it the name asked for. Without that
// the destructor removes it; a process that is killed leaves the hidden folder. An empty folder
// that exists already is filled at Commit() instead, file by file: it may be a mount point, or
// somebody's working directory.
class NewFolder {
 public:
  // Throws Error(kBadInput) when `path` is anything but a free name in an existing folder or an
  // empty folder, Error(kFailure) when nothing can be made there.
  explicit NewFolder(const std::string& path);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  std::string stage() const { return stage_.string(); }
  void Commit();  // once; throws Error

 private:
  std::filesystem::path target_, stage_;
  bool fills_ = false;  // a folder that was there
};

}  // namespace musicgen::convert
