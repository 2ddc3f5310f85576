#include "convert/new_folder.h"

#include <cstdio>
#include <random>
#include <system_error>
#include <vector>

#include "base/error.h"

namespace musicgen::convert {
namespace {

namespace fs = std::filesystem;

std::string Name(const fs::path& path) { return Printable(path.string(), 1000); }

[[noreturn]] void ThrowUnmade(const fs::path& path, const std::error_code& error) {
  ThrowFailure(Name(path), ": this folder cannot be made: ", error.message());
}

std::string HiddenName(const std::string& name) {
  char number[9];
  std::snprintf(number, sizeof number, "%08x", static_cast<unsigned>(std::random_device()()));
  return StrCat(".", name.substr(0, 200), ".", number, ".tmp");
}

}  // namespace

NewFolder::NewFolder(const std::string& path) {
  if (path.empty()) ThrowBadInput("output: expected the name of a folder, found nothing");
  std::error_code error;
  target_ = fs::absolute(path, error).lexically_normal();
  if (!target_.has_filename()) target_ = target_.parent_path();  // of a slash at the end
  const fs::file_status there = fs::status(target_, error);
  fills_ = fs::is_directory(there);
  if (fills_) {
    const fs::directory_iterator first(target_, error);
    if (error) ThrowUnmade(target_, error);
    if (first != fs::directory_iterator()) {
      ThrowBadInput(Name(path), ": expected a new or an empty folder, found ",
                    Printable(first->path().filename().string()), " in it");
    }
  } else if (fs::exists(fs::symlink_status(target_, error))) {
    ThrowBadInput(Name(path), ": expected a new or an empty folder, found something else");
  } else if (!fs::is_directory(target_.parent_path(), error)) {
    ThrowBadInput(Name(path), ": there is no folder ", Name(target_.parent_path()));
  }
  const fs::path beside = fills_ ? target_ : target_.parent_path();
  do {
    stage_ = beside / HiddenName(target_.filename().string());
  } while (!fs::create_directory(stage_, error) && !error);
  if (error) ThrowUnmade(target_, error);
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!stage_.empty()) fs::remove_all(stage_, ignored);
}

void NewFolder::Commit() {
  std::error_code error;
  if (fills_) {
    const std::vector<fs::directory_entry> entries(fs::directory_iterator(stage_, error), {});
    for (const fs::directory_entry& entry : entries) {
      if (!error) fs::rename(entry, target_ / entry.path().filename(), error);
    }
    if (error) ThrowUnmade(target_, error);
    return;  // the destructor removes the empty stage
  }
  fs::rename(stage_, target_, error);
  if (error) ThrowUnmade(target_, error);
  stage_.clear();
}

}  // namespace musicgen::convert
