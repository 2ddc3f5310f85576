// A directory as AudioCraft exports it: state_dict.bin and compression_state_dict.bin.
#pragma once

#include <string>

#include "model/audiocraft_config.h"
#include "model/model_parts.h"

namespace musicgen::model {

inline constexpr char kStateFile[] = "state_dict.bin";

// Whether this directory is to be read as AudioCraft's: it holds state_dict.bin and is not in the
// Hugging Face layout too.
bool IsAudioCraftDirectory(const std::string& directory);

// The language model of directory/state_dict.bin, with a T5 that was trained along. Patterns and
// conditioners of every kind are described, whether or not the generator can do them. Throws
// Error(kBadInput).
LmPart OpenAudioCraftLm(const std::string& directory);

// Whether the language model's tensors hold a T5 that was trained along, as "text_encoder.…".
bool HasTunedTextEncoder(const LmPart& lm);

// What AudioCraft's configuration says of a model: all but its tensors and the places named in
// messages.
LmPart DescribeAudioCraft(const AudioCraftConfig& config);
// Of a style model, what its tensors (part->tensors) say. Throws Error(kBadInput).
void ReadStyleTensors(LmPart* part);
// Of a configuration's text, with the places.
LmPart DescribeAudioCraft(const std::string& xp_cfg, const checkpoint::Config& xp);

}  // namespace musicgen::model
