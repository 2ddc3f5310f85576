#pragma once

#include <vector>

#include "musicgen/generation.hpp"
#include "musicgen/musicgen.h"

struct mg_results {
  static constexpr char kName[] = "mg_results";
  std::vector<musicgen::GenerationResult> results;
};
