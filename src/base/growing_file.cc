#include "base/growing_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/error.h"

namespace musicgen {
namespace {

constexpr size_t kPiece = size_t{1} << 20;

[[noreturn]] void ThrowSystem(const char* doing, const std::string& path, int error) {
  ThrowFailure("cannot ", doing, " ", Printable(path, 300), ": ", std::strerror(error));
}

}  // namespace

GrowingFile::GrowingFile(const std::string& path)
    : path_(path), file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666)) {
  if (file_ < 0) ThrowSystem("write", path, errno);
  struct stat status;
  if (fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) {
    const int error = errno;
    close(file_);
    ThrowSystem("write", path, S_ISREG(status.st_mode) ? error : EINVAL);
  }
  size_ = static_cast<uint64_t>(status.st_size);
}

GrowingFile::~GrowingFile() { close(file_); }

void GrowingFile::ReadAll(const std::function<bool(std::string_view)>& take) const {
  std::vector<char> piece(kPiece);
  for (uint64_t at = 0; at < size_;) {
    const ssize_t got = pread(file_, piece.data(), piece.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) ThrowSystem("read back", path_, got < 0 ? errno : EIO);
    if (!take({piece.data(), static_cast<size_t>(got)})) return;
    at += static_cast<uint64_t>(got);
  }
}

void GrowingFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    // At its place, not at the end: two programs that both believe to hold the lock write the same.
    const ssize_t written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) ThrowSystem("write", path_, written < 0 ? errno : ENOSPC);
    size_ += static_cast<uint64_t>(written);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void GrowingFile::Clear() {
  if (ftruncate(file_, 0) != 0) ThrowSystem("write", path_, errno);
  size_ = 0;
}

void GrowingFile::Publish(const std::string& name) {
  if (fdatasync(file_) != 0 && errno != EINVAL) ThrowSystem("write", path_, errno);
  if (std::rename(path_.c_str(), name.c_str()) != 0) ThrowSystem("write", name, errno);
}

void GrowingFile::Remove() { unlink(path_.c_str()); }

}  // namespace musicgen
