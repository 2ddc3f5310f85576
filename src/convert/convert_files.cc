#include "convert/convert_files.h"

#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"

namespace musicgen::convert {

void MakeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path, error)) {
    ThrowFailure(Printable(path, 1000), ": this folder cannot be made: ", error.message());
  }
}

void WriteText(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.Write(text.data(), text.size());
  file.Commit();
}

void CopyFiles(const checkpoint::SideFiles& from, std::span<const char* const> names,
               const std::string& to) {
  for (const char* name : names) {
    if (from.Has(name)) WriteText(to + "/" + name, from.Read(name));
  }
}

}  // namespace musicgen::convert
