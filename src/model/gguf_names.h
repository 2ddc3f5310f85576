// Tensor names in our GGUF files. ggml keeps 63 bytes of a name, and some of the Hugging Face
// layout's are longer, so their beginnings are shorter there: "lm.layers.0.fc1.weight",
// "t5.block.0.…", "codec.decoder.layers.0.…"; the rest is as it was.
#pragma once

#include <string>

namespace musicgen::model {

inline constexpr char kArchitectureKey[] = "general.architecture";
inline constexpr char kArchitecture[] = "musicgen";
// Side files (checkpoint/side_files.h) that only GGUF files have: AudioCraft's configuration, and
// how weight norm was spelled.
inline constexpr char kXpFile[] = "xp.cfg";
inline constexpr char kSpellingFile[] = "weight_norm";

// The newer spelling of weight norm is too long as well and becomes the older one, "weight_g" and
// "weight_v". Throws Error(kBadInput) for a name that would not come back.
std::string NameToGguf(const std::string& name);
// But for the spelling of weight norm, the reverse.
std::string NameFromGguf(const std::string& name);

}  // namespace musicgen::model
