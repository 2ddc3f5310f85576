#include "base/file_name.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "base/error.h"

namespace musicgen {
namespace {

constexpr int kMostLinks = 40;     // of a chain of symbolic links, as in the kernel
constexpr size_t kMostName = 100;  // bytes: some file systems take 143 in all

}  // namespace

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string FollowLinks(std::string path) {
  const std::string first = path;
  for (int i = 0; i < kMostLinks; ++i) {
    char target[4096];
    const ssize_t length = readlink(path.c_str(), target, sizeof target);
    if (length < 0) return path;
    std::string next(target, static_cast<size_t>(length));
    path = next[0] == '/' ? next : FolderOf(path) + "/" + next;
  }
  ThrowFailure("cannot write ", Printable(first, 300), ": ", std::strerror(ELOOP));
}

std::string TemporaryName(const std::string& name) {
  uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random)
    random = static_cast<uint64_t>(getpid());
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(random));
  size_t kept = std::min(name.size(), kMostName);
  // Whole letters: some file systems refuse what is not UTF-8.
  while (kept > 0 && kept < name.size() &&
         (static_cast<unsigned char>(name[kept]) & 0xC0) == 0x80) {
    --kept;
  }
  return "." + name.substr(0, kept) + "." + hex + ".tmp";
}

}  // namespace musicgen
