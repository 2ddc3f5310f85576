// What both directions of convert.h need of the file system.
#pragma once

#include <span>
#include <string>

#include "checkpoint/side_files.h"
#include "model/model_files.h"

namespace musicgen::convert {

// Keys of state_dict.bin that keep what AudioCraft has no place for: files (their names and texts,
// and how weight norm was spelled) and tensors.
inline constexpr char kKeptFiles[] = "huggingface";
inline constexpr char kKeptTensors[] = "huggingface_state";
inline constexpr char kKeptSpelling[] = "weight_norm";

inline constexpr char kNewSpelling[] = "parametrizations";

inline constexpr char kGenerationFile[] = "generation_config.json";
inline constexpr char kPreprocessorFile[] = "preprocessor_config.json";
inline constexpr const char* kSettingsFiles[] = {model::kConfigFile, kGenerationFile,
                                                 kPreprocessorFile};
inline constexpr const char* kTokenizerFiles[] = {"spiece.model", "tokenizer.json",
                                                  "tokenizer_config.json",
                                                  "special_tokens_map.json", "added_tokens.json"};
// The model card, whose front matter names the licence.
inline constexpr const char* kCardFiles[] = {"README.md"};

// Those of the files that there are. Throws Error.
void CopyFiles(const checkpoint::SideFiles& from, std::span<const char* const> names,
               const std::string& to);

}  // namespace musicgen::convert
