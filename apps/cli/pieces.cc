#include "cli/pieces.h"

#include <cmath>
#include <fstream>

#include "cli/errors.h"
#include "cli/json.h"

namespace musicgen::cli {
namespace {

constexpr size_t kMaxLine = size_t{1} << 20;  // bytes
constexpr size_t kMaxLines = 10000;

}  // namespace

std::vector<PromptFields> ReadPromptsFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) BadInput("cannot read prompts file " + path);
  std::vector<PromptFields> lines;
  size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    const std::string where = path + ", line " + std::to_string(++number);
    if (line.size() > kMaxLine) BadInput(where + ": longer than 1 MiB");
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos) continue;
    if (lines.size() == kMaxLines) BadInput(where + ": more than 10000 prompts");
    if (line[start] != '{') {
      lines.push_back({line, {}, {}, {}, {}, false});
      continue;
    }
    PromptFields fields = ParsePromptFields(line, where);
    const double duration_s = fields.duration_s.value_or(kMaxDuration);
    if (!(duration_s > 0 && duration_s <= kMaxDuration)) {
      BadInput(where + ": duration: expected seconds above 0 and at most 86400");
    }
    if (fields.seed.value_or(0) < 0) BadInput(where + ": seed: expected a number from 0");
    lines.push_back(std::move(fields));
  }
  if (lines.empty()) BadInput("prompts file " + path + " holds no prompt");
  return lines;
}

std::vector<Piece> ListPieces(const GenerateFlags& flags, uint64_t first_seed) {
  std::vector<PromptFields> lines;
  for (const std::string& prompt : flags.prompts) lines.push_back({prompt, {}, {}, {}, {}, false});
  if (!flags.prompts_file.empty()) {
    for (PromptFields& line : ReadPromptsFile(flags.prompts_file)) lines.push_back(std::move(line));
  }
  lines.resize(lines.size() + static_cast<size_t>(flags.unconditional));
  // A melody or a sound to continue needs no prompt.
  if (lines.empty() && !(flags.melody.empty() && flags.continue_file.empty())) lines.emplace_back();
  if (lines.empty()) {
    BadInput("generate: expected a prompt, --prompts-file or --unconditional, found none");
  }
  std::vector<Piece> pieces;
  for (const PromptFields& line : lines) {
    Piece piece;
    piece.prompt = line.prompt;
    piece.duration_s = line.duration_s.value_or(flags.duration_s);
    piece.melody = line.melody.value_or(line.from_json ? "" : flags.melody);
    piece.continue_file = line.continue_file.value_or(line.from_json ? "" : flags.continue_file);
    piece.seed = line.seed ? static_cast<uint64_t>(*line.seed) : first_seed + pieces.size();
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace musicgen::cli
