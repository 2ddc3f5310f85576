#include "base/destination.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/file_name.h"

namespace musicgen {
namespace {

namespace fs = std::filesystem;

constexpr int kNoUnnamedFiles = -1;

template <class... Args>
[[noreturn]] void Refuse(const std::string& path, const Args&... why) {
  ThrowBadInput("cannot write ", Printable(path, 300), ": ", why...);
}

[[noreturn]] void RefuseForSystem(const std::string& path, int error) {
  const bool is_failure = error == ENOSPC || error == EDQUOT || error == EIO || error == ENOMEM;
  throw Error(is_failure ? ErrorCode::kFailure : ErrorCode::kBadInput,
              StrCat("cannot write ", Printable(path, 300), ": ", std::strerror(error)));
}

// Creates the file and takes it away again; errno's value or 0.
int TryFile(const std::string& path) {
  const int file = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return errno;
  close(file);
  unlink(path.c_str());
  return 0;
}

// Tries the new folders and the file inside `hidden`, a new and empty folder; errno's value or 0.
int TryNames(const fs::path& hidden, const std::vector<std::string>& folders,
             const std::string& name) {
  std::vector<fs::path> made;
  fs::path place = hidden;
  int error = 0;
  for (size_t i = 0; i < folders.size() && error == 0; ++i) {
    place /= folders[i];
    if (mkdir(place.c_str(), 0700) == 0) {
      made.push_back(place);
    } else {
      error = errno;
    }
  }
  if (error == 0) error = TryFile(place / name);
  if (error == 0) error = TryFile(place / TemporaryName(name));
  for (auto folder = made.rbegin(); folder != made.rend(); ++folder) rmdir(folder->c_str());
  return error;
}

int TryNamesBeside(const fs::path& folder, const std::vector<std::string>& missing,
                   const std::string& name) {
  const fs::path hidden = folder / TemporaryName(name);
  if (mkdir(hidden.c_str(), 0700) != 0) {
    // Some places take files but no folders.
    return missing.empty() ? TryFile(folder / TemporaryName(name)) : errno;
  }
  const int error = TryNames(hidden, missing, name);
  rmdir(hidden.c_str());
  return error;
}

// Whether a file can be made in the folder, by one that never has a name; errno's value or 0.
int TryUnnamed(const fs::path& folder) {
  const int file = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) {
    close(file);
    return 0;
  }
  // Kernels and file systems without unnamed files answer in several ways.
  const bool unknown = errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL;
  return unknown ? kNoUnnamedFiles : errno;
}

int TooLong(const fs::path& folder, std::vector<std::string> names, const std::string& name) {
  struct statvfs system;
  if (statvfs(folder.c_str(), &system) != 0) return errno;
  names.push_back(name);
  for (const std::string& part : names) {
    if (part.size() > system.f_namemax) return ENAMETOOLONG;
  }
  return 0;
}

}  // namespace

void CheckWritable(const std::string& path, bool try_names) {
  struct stat status;
  const bool exists = stat(path.c_str(), &status) == 0;
  if (!exists && errno != ENOENT) RefuseForSystem(path, errno);
  if (exists && S_ISDIR(status.st_mode)) Refuse(path, "it is a directory");
  if (exists && access(path.c_str(), W_OK) != 0) RefuseForSystem(path, errno);
  if (exists && !S_ISREG(status.st_mode)) return;  // a device or pipe
  const std::string target = FollowLinks(path);
  const std::string name = NameOf(target);
  if (name.empty() || name == "." || name == "..") Refuse(path, "it is not the name of a file");

  fs::path folder = FolderOf(target);
  std::vector<std::string> missing;  // folders, the outermost first
  while (stat(folder.c_str(), &status) != 0) {
    if (errno != ENOENT) RefuseForSystem(path, errno);
    const std::string own = folder.filename().string();
    if (own == "..") Refuse(path, "there is no folder ", Printable(folder.string(), 300));
    if (!own.empty() && own != ".") missing.insert(missing.begin(), own);
    folder = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  }
  if (!S_ISDIR(status.st_mode)) Refuse(path, Printable(folder.string(), 300), " is not a folder");
  if (!missing.empty() && target != path) {
    Refuse(path, "it is a link into a folder that does not exist");
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    Refuse(path, "folder ", Printable(folder.string(), 300), " is not writable");
  }
  int error = TryUnnamed(folder);
  if (error == 0) error = TooLong(folder, missing, name);
  if (try_names || error == kNoUnnamedFiles) error = TryNamesBeside(folder, missing, name);
  if (error != 0) RefuseForSystem(path, error);
}

}  // namespace musicgen
