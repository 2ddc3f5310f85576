#include "base/write_whole.h"

#include <filesystem>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"

namespace musicgen {

void MakeFolders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path, error)) {
    ThrowFailure(Printable(path, 1000), ": this folder cannot be made: ", error.message());
  }
}

void WriteWhole(const std::string& path, std::string_view bytes) {
  AtomicFile file(path);
  file.Write(bytes.data(), bytes.size());
  file.Commit();
}

}  // namespace musicgen
