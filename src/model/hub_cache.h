// The Hugging Face cache, as the hub's own client lays it out (hub-docs, local-cache.md): a folder
// models--org--name for each repository, with refs/<revision> and snapshots/<commit>.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace musicgen::model {

// A path with a leading ~ and $NAME or ${NAME} replaced, as the hub's client reads its variables.
std::string ExpandPath(std::string path);

// Where repositories are looked for, in this order: HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else
// HF_HOME/hub, else XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub; then
// AUDIOCRAFT_CACHE_DIR and TRANSFORMERS_CACHE, where they are set.
std::vector<std::filesystem::path> HubCaches();

// Whether it is a repository's folder in a cache: snapshots lie in it.
bool IsRepository(const std::filesystem::path& folder);

// The snapshot of a repository's folder that `revision` names: a branch, a tag or (the beginning
// of) a commit; empty: main, or else the only one there is. Throws Error(kBadInput) naming what
// there is.
std::filesystem::path FindSnapshot(const std::filesystem::path& folder,
                                   const std::string& revision);

}  // namespace musicgen::model
