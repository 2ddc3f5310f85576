// The HT-Demucs that separates stems: where it is, and its file.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "checkpoint/tensor_source.h"
#include "separation/ht_demucs_config.h"

namespace musicgen::model {

inline constexpr const char* kDemucsRepository = "adefossez/HTDemucs";

struct DemucsPart {
  std::string path;       // of the file with the tensors
  std::string name;       // "htdemucs 955717e8": what messages and metadata call it
  std::string signature;  // "955717e8", the file name's first part; empty where it has none
  separation::HtDemucsConfig config;
  std::shared_ptr<const checkpoint::TensorSource> tensors;  // checked, by demucs' names
};

// One file: `SIGNATURE-HASH.th` as demucs ≤ 4.0 downloads it (the hash in its name is verified),
// safetensors with demucs' metadata or without (then the published sizes must fit), or a YAML file
// that names the signature of one beside it. Or a directory that holds one of these: htdemucs.yaml
// first, then *.th, then *.safetensors. Throws Error(kBadInput).
DemucsPart OpenDemucs(const std::string& path);

// Where the weights are: `given` (a file or directory that the user names) if it is not empty; else
// htdemucs.yaml or a *.th beside the model (`model`: its directory or file, may be empty); else the
// Hugging Face cache; else torch's cache ($TORCH_HOME, else $XDG_CACHE_HOME/torch, else
// ~/.cache/torch). Null: nowhere. Throws Error(kBadInput) for `given` alone, where nothing is.
std::optional<std::string> FindDemucs(const std::string& given, const std::string& model);

}  // namespace musicgen::model
