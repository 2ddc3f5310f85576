// The language model files of audiocraft.cpp (general.architecture "ac-musicgen-lm"), written by
// its tools/convert_musicgen_lm.py: AudioCraft's language model alone, under keys "ac.lm.…".
#pragma once

#include "checkpoint/gguf_file.h"
#include "model/model_parts.h"

namespace musicgen::model {

inline constexpr char kAudioCraftGguf[] = "ac-musicgen-lm";

// The T5 and the codec are those that AudioCraft's own files would name, "t5-base" and
// "facebook/encodec_32khz", in directories; the files of those that audiocraft.cpp has beside it
// are of other layouts. Throws Error(kBadInput).
LmPart OpenAudioCraftGguf(const checkpoint::GgufFile& file);

}  // namespace musicgen::model
