// A directory as AudioCraft exports it: state_dict.bin and compression_state_dict.bin.
#pragma once

#include <string>

#include "generate/model_files.h"

namespace musicgen::generate {

inline constexpr char kStateFile[] = "state_dict.bin";
inline constexpr char kCompressionFile[] = "compression_state_dict.bin";

// Whether this directory is to be read as AudioCraft's: it holds state_dict.bin and is not in the
// Hugging Face layout too.
bool IsAudioCraftDirectory(const std::string& directory);

// See OpenModel. Patterns and conditioners of every kind are described, whether or not the
// generator can do them.
ModelFiles OpenAudioCraft(const std::string& directory, const std::string& text_encoder,
                          const std::string& codec);

// The codec of directory/compression_state_dict.bin: whole, or by name.
void OpenAudioCraftCodec(const std::string& directory, ModelFiles* files);

}  // namespace musicgen::generate
