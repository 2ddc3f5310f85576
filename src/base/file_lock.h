// An advisory lock on a file (flock), which other programs may hold too.
#pragma once

#include <functional>
#include <string>

namespace musicgen {

class FileLock {
 public:
  // Waits for the lock on `path`, which is made when it is missing (for the group to write too) and
  // stays. `wait` is called every tenth of a second meanwhile and returns false to give up: then
  // held() is false. Where the file system knows no locks, held() is true and exclusive() false.
  // Throws Error(kFailure) when the file cannot be made.
  FileLock(const std::string& path, const std::function<bool()>& wait);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  bool held() const { return held_; }
  bool exclusive() const { return file_ >= 0; }

 private:
  int file_ = -1;
  bool held_ = false;
};

}  // namespace musicgen
