#include "generate/convert_files.h"

#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/mapped_file.h"

namespace musicgen::generate {
namespace {

void CopyIfThere(const std::string& from, const std::string& to, const char* name) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(from + "/" + name, error)) return;
  WriteText(to + "/" + name, ReadText(from + "/" + name));
}

}  // namespace

void MakeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path, error)) {
    ThrowFailure(Printable(path, 1000), ": this folder cannot be made: ", error.message());
  }
}

std::string ReadText(const std::string& path) {
  const MappedFile file(path);
  return std::string(file.bytes());
}

void WriteText(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.Write(text.data(), text.size());
  file.Commit();
}

void CopyTokenizer(const std::string& from, const std::string& to) {
  for (const char* name : {"spiece.model", "tokenizer.json", "tokenizer_config.json",
                           "special_tokens_map.json", "added_tokens.json"}) {
    CopyIfThere(from, to, name);
  }
}

void CopyCard(const std::string& from, const std::string& to) {
  CopyIfThere(from, to, "README.md");
}

}  // namespace musicgen::generate
