// A T5 in a directory of its own.
#pragma once

#include <string>

#include "model/model_parts.h"

namespace musicgen::model {

// A whole T5 will do. Throws Error(kBadInput).
TextPart OpenTextEncoder(const std::string& directory);

// Its configuration and tokenizer, for tensors that are elsewhere. Throws Error(kBadInput).
TextPart DescribeTextEncoder(const std::string& directory, StageTensors tensors);

}  // namespace musicgen::model
