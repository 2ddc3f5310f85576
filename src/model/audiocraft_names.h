// The names of tensors in AudioCraft's state dicts and in the Hugging Face layout.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musicgen::model {

// One tensor of AudioCraft's is one, or three blocks of rows, of the other layout.
struct LmName {
  std::string name;  // with "{q,k,v}" replaced by '?' where the rows are split
  bool split = false;
};
inline constexpr char kSplitMark = '?';

// Hugging Face name of a tensor of a language model; nothing when it has none.
std::optional<LmName> LmNameFromAudioCraft(std::string_view name);
// The way back; of a split tensor any of the three names leads to the same one.
std::optional<LmName> LmNameToAudioCraft(std::string_view name);

// Hugging Face names of the equal blocks of rows of a tensor in audiocraft.cpp's files; none when
// it has none.
std::vector<std::string> LmNamesFromGguf(std::string_view name);

// Likewise of a compression model, without a prefix on either side.
std::optional<std::string> CodecNameFromAudioCraft(std::string_view name);
std::optional<std::string> CodecNameToAudioCraft(std::string_view name);

}  // namespace musicgen::model
