// LoRA adapters as the command line names them.
#pragma once

#include <string>
#include <vector>

#include "common/json.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::cli {

// Of "FILE" or "FILE=strength"; a file's name may hold that sign too. Throws Error(kBadInput).
LoraFile ReadLora(const std::string& text);

// Path and strength of each that a model has.
std::vector<common::JsonObject> LoraRows(const ModelInfo& info);

}  // namespace musicgen::cli
