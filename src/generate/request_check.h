// What a request may ask for.
#pragma once

#include <cstdint>

#include "generate/model_files.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::generate {

inline constexpr double kMaxDurationS = 86400.0;
inline constexpr size_t kMaxPromptBytes = 1 << 16;

// int(duration · frame rate), in double as written (AudioCraft: 0.58·50 is 28).
int64_t FramesOf(double duration_s, int64_t frame_rate_hz);

// Throw Error(kBadInput) naming the parameter.
void CheckRequest(const GenerationRequest& request, const ModelFiles& files);
// Codes must fit the model: K books, at least one frame, every code in [0, V).
void CheckCodes(const Codes& codes, const ModelFiles& files);

}  // namespace musicgen::generate
