#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "base/error.h"
#include "base/file_name.h"

namespace musicgen {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { Reset(-1); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void Reset(int fd) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void ThrowSystem(const char* doing, const std::string& path, int error) {
  ThrowFailure("cannot ", doing, " ", Printable(path, 300), ": ", std::strerror(error));
}

// The open file that a path such as /dev/stdout stands for, or −1.
int OpenFileOf(const std::string& path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string folder : {"/dev/fd/", "/proc/self/fd/"}) {
    const std::string number = path.substr(std::min(folder.size(), path.size()));
    if (path.compare(0, folder.size(), folder) != 0 || number.empty() || number.size() > 6)
      continue;
    if (number.find_first_not_of("0123456789") == std::string::npos)
      return std::atoi(number.c_str());
  }
  return -1;
}

// Calls `step(data, bytes, offset)`, which behaves like pwrite, until all bytes are through;
// returns errno's value or 0.
template <class Step>
int WriteAll(const void* data, size_t bytes, uint64_t offset, const Step& step) {
  const char* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = step(from, bytes, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return ENOSPC;
    from += written;
    offset += static_cast<uint64_t>(written);
    bytes -= static_cast<size_t>(written);
  }
  return 0;
}

// Gives an unnamed file a name in `folder`; false with errno set, EEXIST when the name is taken.
bool Link(int file, int folder, const std::string& name) {
  const std::string self = "/proc/self/fd/" + std::to_string(file);
  if (linkat(AT_FDCWD, self.c_str(), folder, name.c_str(), AT_SYMLINK_FOLLOW) == 0) return true;
  if (errno != ENOENT) return false;
  return linkat(file, "", folder, name.c_str(), AT_EMPTY_PATH) == 0;  // no /proc
}

}  // namespace

struct AtomicFile::Impl {
  std::string path;            // as the caller spelled it: for messages, and to open a device
  std::string name;            // the destination's, inside `folder`
  std::string temporary_name;  // of `file`, empty while it has none
  Descriptor folder;
  Descriptor file;
  uint64_t size = 0;
  bool is_device = false;  // the destination is neither a regular file nor absent
  bool replaces = false;   // the destination exists
  bool committed = false;

  explicit Impl(const std::string& p) : path(p) {
    struct stat status;
    if (stat(path.c_str(), &status) == 0) {
      if (S_ISDIR(status.st_mode)) ThrowSystem("write", path, EISDIR);
      if (access(path.c_str(), W_OK) != 0) ThrowSystem("write", path, errno);
      replaces = true;
    } else if (errno != ENOENT) {
      ThrowSystem("write", path, errno);
    }
    const std::string target = FollowLinks(path);
    is_device =
        replaces && (!S_ISREG(status.st_mode) || OpenFileOf(path) >= 0 || !IsFile(target, status));
    is_device ? OpenInMemory() : OpenBeside(target);
    if (replaces && !is_device) {
      // The new file takes over who may read and write the old one; another owner only if it may.
      if (fchown(file.get(), status.st_uid, status.st_gid) != 0) errno = 0;
      fchmod(file.get(), status.st_mode & 0777);
    }
  }

  ~Impl() {
    if (!temporary_name.empty()) unlinkat(folder.get(), temporary_name.c_str(), 0);
  }

  // /proc/self/fd/1 reads as a link with a name that need not be that of the open file.
  static bool IsFile(const std::string& target, const struct stat& expected) {
    struct stat status;
    return stat(target.c_str(), &status) == 0 && status.st_dev == expected.st_dev &&
           status.st_ino == expected.st_ino;
  }

  // A device or pipe has no folder to replace it in and cannot seek: its bytes wait in memory.
  void OpenInMemory() {
    file.Reset(memfd_create("musicgen-output", MFD_CLOEXEC));
    if (file.get() < 0) ThrowSystem("write", path, errno);
  }

  void OpenBeside(const std::string& target) {
    name = NameOf(target);
    if (name.empty()) ThrowFailure("cannot write '", Printable(path, 300), "': not a file name");
    folder.Reset(open(FolderOf(target).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0) {
      const int error = errno;
      ThrowFailure("cannot write ", Printable(path, 300), ": folder ",
                   Printable(FolderOf(target), 300), ": ", std::strerror(error));
    }
    file.Reset(openat(folder.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666));
    if (file.get() >= 0) return;
    // Kernels and file systems without unnamed files answer in several ways.
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL) {
      ThrowSystem("write", path, errno);
    }
    do {
      temporary_name = TemporaryName(name);
      file.Reset(openat(folder.get(), temporary_name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC,
                        0666));
    } while (file.get() < 0 && errno == EEXIST);
    if (file.get() < 0) {
      const int error = errno;
      temporary_name.clear();
      ThrowSystem("write", path, error);
    }
  }

  void CopyToDevice() {
    // What is open already is written where it stands: a shell's >> stays one.
    const int is_open = OpenFileOf(path);
    Descriptor device(is_open >= 0 ? fcntl(is_open, F_DUPFD_CLOEXEC, 0)
                                   : open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (device.get() < 0) ThrowSystem("write", path, errno);
    void* bytes = nullptr;
    if (size > 0) {
      bytes = mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
      if (bytes == MAP_FAILED) ThrowSystem("write", path, errno);
    }
    const int error = WriteAll(bytes, size, 0, [&](const char* from, size_t n, off_t) {
      return write(device.get(), from, n);
    });
    if (bytes != nullptr) munmap(bytes, size);
    if (error != 0) ThrowSystem("write", path, error);
  }

  void PutInPlace() {
    if (fsync(file.get()) != 0 && errno != EINVAL) ThrowSystem("write", path, errno);
    if (temporary_name.empty()) {
      if (!replaces && Link(file.get(), folder.get(), name)) return SyncFolder();
      std::string hidden = TemporaryName(name);
      while (!Link(file.get(), folder.get(), hidden)) {
        if (errno != EEXIST) ThrowSystem("write", path, errno);
        hidden = TemporaryName(name);
      }
      temporary_name = hidden;
    }
    if (renameat(folder.get(), temporary_name.c_str(), folder.get(), name.c_str()) != 0) {
      ThrowSystem("write", path, errno);
    }
    temporary_name.clear();
    SyncFolder();
  }

  // The name is on the disk too, as far as the folder lets us say so.
  void SyncFolder() {
    const Descriptor readable(openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (readable.get() >= 0) fsync(readable.get());
  }
};

AtomicFile::AtomicFile(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}

AtomicFile::~AtomicFile() = default;

void AtomicFile::Write(const void* data, size_t bytes) { WriteAt(impl_->size, data, bytes); }

void AtomicFile::WriteAt(uint64_t offset, const void* data, size_t bytes) {
  MG_CHECK(!impl_->committed);
  const int error = WriteAll(data, bytes, offset, [&](const char* from, size_t n, off_t at) {
    return pwrite(impl_->file.get(), from, n, at);
  });
  if (error != 0) ThrowSystem("write", impl_->path, error);
  impl_->size = std::max(impl_->size, offset + bytes);
}

void AtomicFile::Read(uint64_t offset, void* data, size_t bytes) {
  MG_CHECK_LE(offset + bytes, impl_->size);
  char* to = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t got = pread(impl_->file.get(), to, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) ThrowSystem("read back", impl_->path, got < 0 ? errno : EIO);
    to += got;
    offset += static_cast<uint64_t>(got);
    bytes -= static_cast<size_t>(got);
  }
}

uint64_t AtomicFile::size() const { return impl_->size; }

void AtomicFile::Commit() {
  MG_CHECK(!impl_->committed);
  impl_->is_device ? impl_->CopyToDevice() : impl_->PutInPlace();
  impl_->committed = true;
}

}  // namespace musicgen
