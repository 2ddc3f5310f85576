// Where the name of a stage in a model's files leads.
#pragma once

#include <string>

#include "model/model_parts.h"

namespace musicgen::model {

// The directory that a model's file means by a name, say "facebook/encodec_32khz" or "t5-base": the
// folder of that last name inside the model's own directory, then beside it, then what FindModel
// finds. Throws Error(kBadInput).
std::string FindCompanion(const std::string& model_directory, const Companion& companion);

}  // namespace musicgen::model
