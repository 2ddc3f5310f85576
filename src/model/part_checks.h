// What the stages of a model ask of one another and of its tensors.
#pragma once

#include "model/model_parts.h"

namespace musicgen::model {

// The language model and the codec agree on codes. Throws Error(kBadInput).
void CheckAgreement(const LmPart& lm, const codec::CodecConfig& codec);

// Every tensor that a stage needs is there, in its shape. Throws Error(kBadInput).
void CheckTensors(const LmPart& lm, const TextPart& text, const CodecPart& codec);

}  // namespace musicgen::model
