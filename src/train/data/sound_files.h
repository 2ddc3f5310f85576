// The sound files of a folder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "train/data/manifest.h"

namespace musicgen::train {

// The sound files below `folder` by their names, links followed, sorted by path. Throws
// Error(kBadInput) when there is no such folder.
std::vector<std::string> FindSounds(const std::string& folder);

// The same as entries, every file read. One that cannot be is handed to `unreadable` as a sentence
// and left out. `amplitude` fills that field.
std::vector<ManifestEntry> ScanFolder(const std::string& folder, bool amplitude,
                                      const std::function<void(const std::string&)>& unreadable);

}  // namespace musicgen::train
