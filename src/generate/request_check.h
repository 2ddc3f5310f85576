// What a request may ask for.
#pragma once

#include <cstdint>

#include "model/model_files.h"
#include "musicgen/events.hpp"
#include "musicgen/generation.hpp"

namespace musicgen::generate {

inline constexpr double kMaxDurationS = 86400.0;
inline constexpr size_t kMaxPromptBytes = 1 << 16;

// Seconds between two windows of `window_s`: what was asked for; else 18, as AudioCraft has it, or
// 0.6 of a window that is not longer.
double ExtendStride(const GenerationParams& params, double window_s);

// Throw Error(kBadInput) naming the parameter.
void CheckRequest(const GenerationRequest& request, const model::ModelFiles& files);
void CheckSteering(const Steering& steering);
// Codes must fit the model: K books, at least one frame, every code in [0, V).
void CheckCodes(const Codes& codes, const model::ModelFiles& files);

}  // namespace musicgen::generate
