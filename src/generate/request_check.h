// What a request may ask for.
#pragma once

#include <cstdint>

#include "model/model_files.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::generate {

inline constexpr double kMaxDurationS = 86400.0;
inline constexpr size_t kMaxPromptBytes = 1 << 16;

// Throw Error(kBadInput) naming the parameter.
void CheckRequest(const GenerationRequest& request, const model::ModelFiles& files);
// Codes must fit the model: K books, at least one frame, every code in [0, V).
void CheckCodes(const Codes& codes, const model::ModelFiles& files);

}  // namespace musicgen::generate
