// One file from the hub into the cache.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "hub/client.h"
#include "hub/repository.h"

namespace musicgen::hub {

struct FileToFetch {
  std::string id, commit;
  const Repository* repository = nullptr;
  ListedFile file;
};

// Goes on where an earlier download was broken off, checks size and hash, and gives the file its
// name. `done` counts bytes, and back where some turn out to be useless. Returns early when
// `shared.stop` is set, with what came kept for the next time. Throws Error.
void FetchFile(Shared& shared, Client& client, const FileToFetch& wanted,
               std::atomic<uint64_t>& done);

}  // namespace musicgen::hub
