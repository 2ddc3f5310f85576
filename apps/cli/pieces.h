// What one command line asks for: a list of prompts with their seeds and durations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/json.h"
#include "cli/options.h"

namespace musicgen::cli {

struct Piece {
  std::optional<std::string> prompt;  // none: unconditional
  double duration_s = 0;
  uint64_t seed = 0;
  std::string melody, continue_file;  // empty: none
};

// The lines of a prompts file; a field that a line does not give is absent.
// Blank lines are skipped. Throws Error(kBadInput).
std::vector<PromptFields> ReadPromptsFile(const std::string& path);

// Piece i has seed `first_seed` + i unless its line gives another.
std::vector<Piece> ListPieces(const GenerateFlags& flags, uint64_t first_seed);

}  // namespace musicgen::cli
