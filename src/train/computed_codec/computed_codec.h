// The demo's codec: an ordinary EnCodec whose weights are computed from the palette's sounds, not
// trained.
#pragma once

#include <cstdint>
#include <string>

#include "compose/frame_tables.h"
#include "compose/vocabulary.h"
#include "train/computed_codec/fit_data.h"

namespace musicgen::train {

// Writes config.json and model.safetensors (f32, of values that f16 holds) of a Hugging Face
// EncodecModel into `folder`, which exists. The same input gives the same codec but for the last
// bits of another machine's arithmetic. Throws Error(kFailure) when a file cannot be written.
void ComputeCodec(const compose::Vocabulary& vocabulary, const compose::FrameTables& tables,
                  const FitSize& size, uint64_t seed, const std::string& folder);

}  // namespace musicgen::train
