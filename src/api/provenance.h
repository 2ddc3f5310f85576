// What a sound file says about its making.
#pragma once

#include <optional>
#include <string>

#include "musicgen/generation.hpp"
#include "musicgen/model_info.hpp"

namespace musicgen::api {

// The library's version, "0.1.0".
const char* Version();

// As mg_provenance: at most 2000 bytes of JSON. `stems`: what separated the melody's, or "none";
// empty: there is no melody.
std::string Provenance(const std::optional<std::string>& prompt, const GenerationParams& params,
                       const ModelInfo& info, const std::string& stems = "");

}  // namespace musicgen::api
