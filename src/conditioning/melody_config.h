// A melody model's own numbers, from its configuration files.
#pragma once

#include <cstdint>

#include "checkpoint/config.h"
#include "checkpoint/json.h"
#include "conditioning/chroma_extractor.h"
#include "conditioning/melody.h"

namespace musicgen::conditioning {

// The defaults are the published models'.
struct MelodyConfig {
  ChromaConfig chroma;
  MelodyFormat format;
  int64_t chroma_length = 235;  // rows of the prefix
};

// `model` is a Hugging Face config.json (num_chroma, chroma_length, decoder.audio_channels),
// `extractor` its preprocessor_config.json (sampling_rate, n_fft, hop_length, chunk_length). Absent
// fields take the defaults. Throws Error(kBadInput) naming the key of a value out of range.
MelodyConfig ReadMelodyConfig(const checkpoint::Config& model, const checkpoint::Config& extractor);
// The way back: sets the keys of config.json that are the melody's own, and makes a
// preprocessor_config.json.
void SetMelody(const MelodyConfig& config, checkpoint::JsonObject* model);
checkpoint::JsonValue ToExtractorJson(const MelodyConfig& config);

}  // namespace musicgen::conditioning
