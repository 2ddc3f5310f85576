// The Hugging Face cache, as the hub's own client lays it out (hub-docs, local-cache.md): a folder
// models--org--name for each repository, with refs/<revision> and snapshots/<commit>.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace musicgen::hub {

// Whether it is a repository's folder in a cache: snapshots lie in it.
bool IsRepository(const std::filesystem::path& folder);

// The folder of the first of these repositories that is in one of the caches.
std::optional<std::filesystem::path> FindRepository(
    const std::vector<std::string>& ids, const std::vector<std::filesystem::path>& caches);

// The snapshot of a repository's folder that `revision` names: a branch, a tag or (the beginning
// of) a commit; empty: main, or else the only one there is. Throws Error(kBadInput) naming what
// there is.
std::filesystem::path FindSnapshot(const std::filesystem::path& folder,
                                   const std::string& revision);

}  // namespace musicgen::hub
