#include "model/hub_cache.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "base/error.h"

namespace musicgen::model {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostSnapshots = 1000, kMostNamed = 3;
constexpr size_t kShortestCommit = 4;  // digits that stand for a commit

std::string Environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

bool IsNameLetter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// A revision is a path below refs/ and must not lead out of it.
bool IsPlainRevision(const std::string& revision) {
  for (const fs::path& part : fs::path(revision)) {
    if (part.empty() || part == ".." || part == "." || part == "/") return false;
  }
  return revision.find('\0') == std::string::npos;
}

// The commit that refs/<revision> holds; empty when there is none.
std::string CommitOf(const fs::path& repository, const std::string& revision) {
  std::ifstream reference(repository / "refs" / revision);
  std::string commit;
  if (!(reference >> commit) || commit.find('/') != std::string::npos || commit == "..") return "";
  return commit;
}

std::vector<std::string> Snapshots(const fs::path& repository) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(repository / "snapshots", error)) {
    if (names.size() == kMostSnapshots) break;
    if (entry.is_directory(error)) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) {
    text += StrCat(i == 0 ? "" : ", ", Printable(names[i]));
  }
  if (names.size() > kMostNamed) text += StrCat(" and ", names.size() - kMostNamed, " more");
  return text;
}

}  // namespace

std::string ExpandPath(std::string path) {
  if (path == "~" || path.starts_with("~/")) path.replace(0, 1, Environment("HOME"));
  for (size_t at = 0; (at = path.find('$', at)) != path.npos;) {
    const bool braces = at + 1 < path.size() && path[at + 1] == '{';
    const size_t begin = at + (braces ? 2 : 1);
    size_t end = begin;
    while (end < path.size() && IsNameLetter(path[end])) ++end;
    const bool whole = end > begin && (!braces || (end < path.size() && path[end] == '}'));
    const std::string name = path.substr(begin, end - begin);
    if (!whole || std::getenv(name.c_str()) == nullptr) {
      ++at;  // stays as it is
      continue;
    }
    const std::string value = Environment(name);
    path.replace(at, end + (braces ? 1 : 0) - at, value);
    at += value.size();
  }
  return path;
}

std::vector<fs::path> HubCaches() {
  const auto path = [](const char* name) { return fs::path(ExpandPath(Environment(name))); };
  fs::path cache = path("HF_HUB_CACHE");
  if (cache.empty()) cache = path("HUGGINGFACE_HUB_CACHE");
  if (cache.empty() && !path("HF_HOME").empty()) cache = path("HF_HOME") / "hub";
  if (cache.empty() && !path("XDG_CACHE_HOME").empty()) {
    cache = path("XDG_CACHE_HOME") / "huggingface" / "hub";
  }
  if (cache.empty()) cache = path("HOME") / ".cache" / "huggingface" / "hub";
  std::vector<fs::path> caches = {cache};
  for (const char* other : {"AUDIOCRAFT_CACHE_DIR", "TRANSFORMERS_CACHE"}) {
    if (!path(other).empty()) caches.push_back(path(other));
  }
  return caches;
}

bool IsRepository(const fs::path& folder) {
  std::error_code error;
  return fs::is_directory(folder / "snapshots", error);
}

fs::path FindSnapshot(const fs::path& folder, const std::string& revision) {
  const std::string where = Printable(folder.string(), 1000);
  const std::vector<std::string> snapshots = Snapshots(folder);
  const auto known = [&](const std::string& commit) {
    return std::find(snapshots.begin(), snapshots.end(), commit) != snapshots.end();
  };
  if (revision.empty()) {
    const std::string commit = CommitOf(folder, "main");
    if (known(commit)) return folder / "snapshots" / commit;
    if (snapshots.size() == 1) return folder / "snapshots" / snapshots[0];
    if (snapshots.empty()) ThrowBadInput(where, ": expected a snapshot of the model, found none");
    ThrowBadInput(where, ": expected one snapshot, or refs/main to name one, found ",
                  snapshots.size(), " (", Listed(snapshots), "): name one, as in org/name@",
                  Printable(snapshots[0]));
  }
  if (!IsPlainRevision(revision)) {
    ThrowBadInput("revision ", Printable(revision), ": expected a branch, a tag or a commit");
  }
  for (const std::string& commit :
       {revision, CommitOf(folder, revision), CommitOf(folder, "refs/" + revision)}) {
    if (known(commit)) return folder / "snapshots" / commit;
  }
  std::vector<std::string> begun;
  for (const std::string& commit : snapshots) {
    if (commit.starts_with(revision) && revision.size() >= kShortestCommit) begun.push_back(commit);
  }
  if (begun.size() == 1) return folder / "snapshots" / begun[0];
  ThrowBadInput(where, ": expected a snapshot of revision ", Printable(revision), ", found ",
                snapshots.empty() ? "none" : Listed(snapshots));
}

}  // namespace musicgen::model
