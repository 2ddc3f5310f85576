// The configurations inside AudioCraft's files, as far as its loaders ask for them.
#pragma once

#include <string>

#include "codec/codec_config.h"
#include "model/audiocraft_config.h"

namespace musicgen::model {

// `xp.cfg` of a language model and of a compression model: YAML that ReadAudioCraftConfig and
// ReadAudioCraftCodecConfig turn back into the same settings.
std::string AudioCraftYaml(const AudioCraftConfig& config);
std::string AudioCraftCodecYaml(const codec::CodecConfig& config);

}  // namespace musicgen::model
