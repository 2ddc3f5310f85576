#include "common/destinations.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "common/errors.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::common {
namespace {

namespace fs = std::filesystem;

constexpr char kStdout[] = "-";
constexpr int kMostLinks = 40;  // of a chain of symbolic links, as in the kernel

// Kinds of files that people know by their suffix.
constexpr const char* kKnownSuffixes[] = {
    ".aac", ".aiff", ".bin", ".bmp", ".csv", ".flac", ".gguf", ".gif",  ".jpeg",
    ".jpg", ".json", ".m4a", ".mp3", ".npy", ".npz",  ".ogg",  ".opus", ".pdf",
    ".png", ".pt",   ".pth", ".svg", ".tif", ".txt",  ".wav",  ".webp", ".safetensors"};

std::string SuffixOf(const std::string& path) {
  std::string suffix = fs::path(path).extension().string();
  for (char& c : suffix) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return suffix;
}

// The same for every way to name a file: hard links are files of their own once one is replaced.
// Empty for devices, which take the bytes of anyone.
std::string KeyOf(const std::string& path) {
  if (path == kStdout) return path;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) return "";
  fs::path target = fs::absolute(path, error);
  // A link to a file that is not there yet is one, too.
  for (int i = 0; i < kMostLinks && fs::is_symlink(fs::symlink_status(target, error)); ++i) {
    target = target.parent_path() / fs::read_symlink(target, error);
  }
  const fs::path whole = fs::weakly_canonical(target, error);
  return error ? path : whole.string();
}

// The folders that are missing above `path`, the innermost first.
std::vector<fs::path> MissingFolders(const std::string& path) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path folder = fs::path(path).parent_path();
       !folder.empty() && !fs::exists(folder, error); folder = folder.parent_path()) {
    missing.push_back(folder);
  }
  return missing;
}

}  // namespace

void Destinations::Claim(const std::string& flag, const std::string& path) {
  const std::string key = KeyOf(path);
  if (key.empty()) return;
  const auto [entry, is_new] = flags_.emplace(key, flag);
  if (is_new) return;
  const std::string& other = entry->second;
  if (path == kStdout) {
    BadInput(flag + " and " + other + " both write to stdout: expected one of them");
  }
  BadInput(flag + " " + path + ": expected another file than that of " + other);
}

void Destinations::Add(const std::string& flag, const std::string& path) {
  Claim(flag, path);
  if (path != kStdout) CheckDestination(path);
}

void Destinations::Keep(const std::string& flag, const std::string& path) {
  if (path != kStdout) Claim(flag, path);  // as an input, - is stdin
}

void Destinations::TakeStdout(const std::string& flag) { Claim(flag, kStdout); }

void CheckSuffix(const std::string& flag, const std::string& path, const std::string& kind,
                 const std::string& suffix) {
  const std::string found = SuffixOf(path);
  if (found == suffix) return;
  const bool is_known = std::find(std::begin(kKnownSuffixes), std::end(kKnownSuffixes), found) !=
                        std::end(kKnownSuffixes);
  if (!is_known) return;
  BadInput(flag + " " + path + ": only " + kind + " is written: expected a name that ends in " +
           suffix + ", found " + found);
}

void WriteTo(const std::string& path, const std::function<void(const std::string& path)>& write) {
  if (path == kStdout) return write("/dev/stdout");
  const std::vector<fs::path> missing = MissingFolders(path);
  try {
    for (auto folder = missing.rbegin(); folder != missing.rend(); ++folder) {
      fs::create_directory(*folder);
    }
    write(path);
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::kFailure, "cannot write " + path + ": " + error.code().message());
  } catch (...) {
    std::error_code ignored;
    for (const fs::path& folder : missing) fs::remove(folder, ignored);  // where they are empty
    throw;
  }
}

}  // namespace musicgen::common
