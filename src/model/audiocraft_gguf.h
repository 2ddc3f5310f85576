// The language model files of audiocraft.cpp (general.architecture "ac-musicgen-lm"), written by
// its tools/convert_musicgen_lm.py: AudioCraft's language model alone, under keys "ac.lm.…".
#pragma once

#include <memory>
#include <string>

#include "checkpoint/gguf_file.h"
#include "model/model_files.h"

namespace musicgen::model {

inline constexpr char kAudioCraftGguf[] = "ac-musicgen-lm";

// See OpenModel. The T5 and the codec are found as those of AudioCraft's own files are: "t5-base"
// and "facebook/encodec_32khz", in directories; the files of those that audiocraft.cpp has beside
// it are of other layouts. Throws Error(kBadInput).
ModelFiles OpenAudioCraftGguf(const std::shared_ptr<const checkpoint::GgufFile>& file,
                              const std::string& path, const std::string& text_encoder,
                              const std::string& codec);

}  // namespace musicgen::model
