#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/error.h"

namespace musicgen {
namespace {

constexpr size_t kLongestPath = 1000;  // in messages

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void ThrowOpenError(const std::string& path, int reason) {
  const bool machine = reason == EMFILE || reason == ENFILE || reason == ENOMEM || reason == EIO;
  throw Error(machine ? ErrorCode::kFailure : ErrorCode::kBadInput,
              StrCat(Printable(path, kLongestPath),
                     ": cannot be opened for reading: ", std::strerror(reason)));
}

const char* KindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

MappedFile::MappedFile(const std::string& path) {
  // The system would read the name only up to a zero byte.
  if (path.find('\0') != std::string::npos) ThrowOpenError(path, ENOENT);
  // Non-blocking: opening a pipe would otherwise wait for its writer.
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) ThrowOpenError(path, errno);
  struct stat status = {};
  if (fstat(file.get(), &status) != 0) ThrowOpenError(path, errno);
  if (!S_ISREG(status.st_mode)) {
    ThrowBadInput(Printable(path, kLongestPath), ": expected a regular file, found ",
                  KindOf(status.st_mode));
  }
  size_ = static_cast<size_t>(status.st_size);
  if (size_ == 0) return;  // mmap refuses empty ranges
  void* mapped = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (mapped == MAP_FAILED) {
    const int reason = errno;
    ThrowFailure(Printable(path, kLongestPath), ": ", size_,
                 " bytes cannot be mapped: ", std::strerror(reason));
  }
  data_ = static_cast<const char*>(mapped);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<char*>(data_), size_);
}

void MappedFile::Drop(size_t offset, size_t bytes) const {
  if (offset >= size_) return;
  if (bytes > size_ - offset) bytes = size_ - offset;
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t begin = (offset + page - 1) / page * page;
  const size_t end = (offset + bytes) / page * page;
  // A hint: nothing depends on its success.
  if (begin < end) madvise(const_cast<char*>(data_) + begin, end - begin, MADV_DONTNEED);
}

}  // namespace musicgen
