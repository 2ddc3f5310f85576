// AudioCraft's manifests: which sound files a data set has, a JSON object a line.
#pragma once

#include <cstdint>
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

// Whole or not at all, compressed where the name ends in .gz. Throws Error(kFailure).
void WriteManifest(const std::vector<ManifestEntry>& entries, const std::string& path);

}  // namespace musicgen::train
