// What one command line asks for: a list of prompts with their seeds and durations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/prompts_file.h"

namespace musicgen::cli {

struct Piece {
  std::optional<std::string> prompt;  // none: unconditional
  double duration_s = 0;
  uint64_t seed = 0;
  std::string melody, style, continue_file;  // empty: none
};

// Piece i has seed `first_seed` + i unless its line gives another.
std::vector<Piece> ListPieces(const GenerateFlags& flags, uint64_t first_seed);

// The melody or style of a line: its own, or that of --melody or --style for plain text, which
// cannot say.
std::string MelodyOf(const PromptFields& line, const std::string& flag);
std::string StyleOf(const PromptFields& line, const std::string& flag);

// The sounds that options name for all lines.
struct SoundFlags {
  bool melody = false, style = false, continue_file = false;
};
// Says on stderr that those which are given do not count for the objects of the file that lack such
// a field.
void WarnOfIgnored(const std::string& file, const std::vector<PromptFields>& lines,
                   const SoundFlags& given);

// Refuses the options of a style where none is given.
void CheckStyleOptions(const StyleParams& params, bool any_style);

}  // namespace musicgen::cli
