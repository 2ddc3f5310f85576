// What both directions of convert.h need of the file system.
#pragma once

#include <string>
#include <string_view>

namespace musicgen::generate {

// Keys of state_dict.bin that keep what AudioCraft has no place for: files (their names and texts,
// and how weight norm was spelled) and tensors.
inline constexpr char kKeptFiles[] = "huggingface";
inline constexpr char kKeptTensors[] = "huggingface_state";
inline constexpr char kKeptSpelling[] = "weight_norm";

inline constexpr const char* kSettingsFiles[] = {"config.json", "generation_config.json",
                                                 "preprocessor_config.json"};

// Throw Error.
void MakeDirectory(const std::string& path);
std::string ReadText(const std::string& path);
void WriteText(const std::string& path, std::string_view text);
// The files that make a tokenizer, as far as there are any.
void CopyTokenizer(const std::string& from, const std::string& to);
// The model card, whose front matter names the licence.
void CopyCard(const std::string& from, const std::string& to);

}  // namespace musicgen::generate
