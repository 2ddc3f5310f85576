#pragma once

#include <string>
#include <vector>

namespace musicgen::cli {

// A line for each on stderr.
void PrintWarnings(const std::vector<std::string>& warnings);

}  // namespace musicgen::cli
