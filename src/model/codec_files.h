// An EnCodec in files of its own.
#pragma once

#include <optional>
#include <string>

#include "model/model_parts.h"

namespace musicgen::model {

inline constexpr char kCompressionFile[] = "compression_state_dict.bin";

// A directory in the Hugging Face layout, or one that holds AudioCraft's compression_state_dict.bin
// instead. Throws Error(kBadInput).
CodecPart OpenCodec(const std::string& directory);

// directory/compression_state_dict.bin: a whole codec, or the name of one in the Hugging Face
// layout. Throws Error(kBadInput).
CodecPart OpenAudioCraftCodec(const std::string& directory);
// The name in such a file, where it is no codec itself. Throws Error(kBadInput).
std::optional<Companion> CodecPointer(const std::string& directory);

}  // namespace musicgen::model
