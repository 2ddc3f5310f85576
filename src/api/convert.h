#pragma once

#include <string>
#include <vector>

#include "musicgen/model_options.hpp"

namespace musicgen::api {

// As mg_convert. Returns what the user should know of the files.
std::vector<std::string> Convert(const ModelOptions& options, const std::string& out);

}  // namespace musicgen::api
