#include "hub/cache.h"

#include <algorithm>
#include <fstream>

#include "base/error.h"
#include "hub/hub_name.h"

namespace musicgen::hub {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostSnapshots = 1000, kMostNamed = 3;
constexpr size_t kShortestCommit = 4;  // digits that stand for a commit

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

}  // namespace

bool IsRepository(const fs::path& folder) {
  std::error_code error;
  return fs::is_directory(folder / "snapshots", error);
}

std::optional<fs::path> FindRepository(const std::vector<std::string>& ids,
                                       const std::vector<fs::path>& caches) {
  for (const std::string& id : ids) {
    for (const fs::path& cache : caches) {
      const fs::path folder = cache / RepositoryFolder(id);
      if (IsRepository(folder)) return folder;
    }
  }
  return std::nullopt;
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
                  snapshots.size(), " (", Listed(snapshots, kMostNamed),
                  "): name one, as in org/name@", Printable(snapshots[0]));
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
                snapshots.empty() ? "none" : Listed(snapshots, kMostNamed));
}

}  // namespace musicgen::hub
