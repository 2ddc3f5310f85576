// What the stages of a model ask of one another and of its tensors.
#pragma once

#include <string>
#include <vector>

#include "model/model_parts.h"

namespace musicgen::model {

// The language model and the codec agree on codes. Throws Error(kBadInput).
void CheckAgreement(const LmPart& lm, const codec::CodecConfig& codec);

// A text encoder's tensors alone are there, in their shapes. Throws Error(kBadInput).
void CheckTextEncoder(const TextPart& text);

// Every tensor that a stage needs is there, in its shape; those that nobody needs are left out of
// the parts' sources, with a warning for each source, or with `strict` an error. Throws
// Error(kBadInput).
void TakeTensors(LmPart* lm, TextPart* text, CodecPart* codec, bool strict,
                 std::vector<std::string>* warnings);

}  // namespace musicgen::model
