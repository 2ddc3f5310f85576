// AudioCraft's manifests: which sound files a data set has, a JSON object a line.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace musicgen::train {

struct ManifestEntry {
  std::string path;
  double duration_s = 0;
  int64_t sample_rate_hz = 0;
  std::optional<double> amplitude;  // largest magnitude of a sample
  std::optional<double> weight;     // of sampling
  std::string info_path;  // side information inside a zip, which is not read; mostly empty
};

// `source` is a file of lines, compressed where its name ends in .gz, or a folder that holds
// data.jsonl or data.jsonl.gz. Relative paths are meant from the current folder, where there is
// such a file, else from the manifest's. Unknown keys are ignored. Throws Error(kBadInput).
std::vector<ManifestEntry> ReadManifest(const std::string& source);
// Whether a folder holds a manifest of those names.
bool HasManifest(const std::string& folder);

// The sound files below `folder` by their names, links followed, sorted by path. Throws
// Error(kBadInput) when there is no such folder.
std::vector<std::string> FindSounds(const std::string& folder);

// The same as entries, every file read. One that cannot be is handed to `unreadable` as a sentence
// and left out. `amplitude` fills that field.
std::vector<ManifestEntry> ScanFolder(const std::string& folder, bool amplitude,
                                      const std::function<void(const std::string&)>& unreadable);

// Whole or not at all, compressed where the name ends in .gz. Throws Error(kFailure).
void WriteManifest(const std::vector<ManifestEntry>& entries, const std::string& path);

}  // namespace musicgen::train
