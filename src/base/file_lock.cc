#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/error.h"

namespace musicgen {
namespace {

constexpr mode_t kMode = 0664;
constexpr std::chrono::milliseconds kWait(100);

// Whether `file` is still what the name means: some programs remove a lock's file when they let go.
bool IsStillNamed(int file, const std::string& path) {
  struct stat here, there;
  return fstat(file, &here) == 0 && stat(path.c_str(), &there) == 0 &&
         here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

}  // namespace

FileLock::FileLock(const std::string& path, const std::function<bool()>& wait) {
  while (true) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kMode);
    if (file < 0) {
      ThrowFailure("cannot open the lock ", Printable(path, 300), ": ", std::strerror(errno));
    }
    fchmod(file, kMode);  // whatever the mask; fails where another user made it, who did the same
    while (flock(file, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) {  // the file system has none
        close(file);
        held_ = true;
        return;
      }
      if (!wait()) {
        close(file);
        return;
      }
      std::this_thread::sleep_for(kWait);
    }
    if (IsStillNamed(file, path)) {
      file_ = file;
      held_ = true;
      return;
    }
    close(file);
  }
}

FileLock::~FileLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace musicgen
