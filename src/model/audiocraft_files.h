// A directory as AudioCraft exports it: state_dict.bin and compression_state_dict.bin.
#pragma once

#include <string>

#include "model/audiocraft_config.h"
#include "model/model_files.h"

namespace musicgen::model {

inline constexpr char kStateFile[] = "state_dict.bin";
inline constexpr char kCompressionFile[] = "compression_state_dict.bin";

// Whether this directory is to be read as AudioCraft's: it holds state_dict.bin and is not in the
// Hugging Face layout too.
bool IsAudioCraftDirectory(const std::string& directory);

// See OpenModel. Patterns and conditioners of every kind are described, whether or not the
// generator can do them.
ModelFiles OpenAudioCraft(const std::string& directory, const std::string& text_encoder,
                          const std::string& codec);

// What AudioCraft's configuration says of a model: its language model, windows, guidance, melodies
// and dialect.
void UseAudioCraft(const AudioCraftConfig& config, ModelFiles* files);
// The language model's tensors are those of AudioCraft's layout, and the codec's sample rate is the
// configuration's, which is at `rate_where`. Throws Error(kBadInput).
void CheckAudioCraftTensors(const AudioCraftConfig& config, const ModelFiles& files,
                            const std::string& rate_where);

// The codec of directory/compression_state_dict.bin: whole, or by name.
void OpenAudioCraftCodec(const std::string& directory, ModelFiles* files);

}  // namespace musicgen::model
