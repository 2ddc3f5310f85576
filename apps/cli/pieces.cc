#include "cli/pieces.h"

#include <algorithm>
#include <cstdio>

#include "common/errors.h"

namespace musicgen::cli {
namespace {

void Warn(const std::string& file, const std::string& field, size_t count) {
  if (count == 0) return;
  std::fprintf(stderr,
               "warning: --%s does not count for %zu JSON object%s of %s: what is meant stands in "
               "the field \"%s\", or null\n",
               field.c_str(), count, count == 1 ? "" : "s", file.c_str(), field.c_str());
}

std::string ContinuedBy(const PromptFields& line, const std::string& flag) {
  return line.continue_file.value_or(line.from_json ? "" : flag);
}

}  // namespace

std::string MelodyOf(const PromptFields& line, const std::string& flag) {
  return line.melody.value_or(line.from_json ? "" : flag);
}

std::string StyleOf(const PromptFields& line, const std::string& flag) {
  return line.style.value_or(line.from_json ? "" : flag);
}

void WarnOfIgnored(const std::string& file, const std::vector<PromptFields>& lines,
                   const SoundFlags& given) {
  const auto lacking = [&](bool PromptFields::*says) {
    return static_cast<size_t>(std::count_if(lines.begin(), lines.end(), [&](const auto& line) {
      return line.from_json && !(line.*says);
    }));
  };
  if (given.melody) Warn(file, "melody", lacking(&PromptFields::says_melody));
  if (given.style) Warn(file, "style", lacking(&PromptFields::says_style));
  if (given.continue_file) Warn(file, "continue", lacking(&PromptFields::says_continue));
}

void CheckStyleOptions(const StyleParams& params, bool any_style) {
  const char* option = params.eval_q      ? "--style-eval-q"
                       : params.excerpt_s ? "--style-excerpt"
                       : params.start_s   ? "--style-start"
                                          : nullptr;
  if (any_style || option == nullptr) return;
  common::BadInput(std::string(option) + ": expected --style, whose sound it is about, found none");
}

std::vector<Piece> ListPieces(const GenerateFlags& flags, uint64_t first_seed) {
  std::vector<PromptFields> lines(flags.prompts.size());
  for (size_t i = 0; i < lines.size(); ++i) lines[i].prompt = flags.prompts[i];
  if (!flags.prompts_file.empty()) {
    const std::vector<PromptFields> read = ReadPromptsFile(flags.prompts_file);
    WarnOfIgnored(flags.prompts_file, read,
                  {!flags.melody.empty(), !flags.style.file.empty(), !flags.continue_file.empty()});
    lines.insert(lines.end(), read.begin(), read.end());
  }
  lines.resize(lines.size() + static_cast<size_t>(flags.unconditional));
  // A melody, a style or a sound to continue needs no prompt.
  const bool sound =
      !flags.melody.empty() || !flags.style.file.empty() || !flags.continue_file.empty();
  if (lines.empty() && sound) lines.emplace_back();
  if (lines.empty()) {
    common::BadInput("generate: expected a prompt, --prompts-file or --unconditional, found none");
  }
  std::vector<Piece> pieces;
  for (const PromptFields& line : lines) {
    Piece piece;
    piece.prompt = line.prompt;
    piece.duration_s = line.duration_s.value_or(flags.duration_s);
    piece.melody = MelodyOf(line, flags.melody);
    piece.style = StyleOf(line, flags.style.file);
    piece.continue_file = ContinuedBy(line, flags.continue_file);
    piece.seed = line.seed ? static_cast<uint64_t>(*line.seed) : first_seed + pieces.size();
    pieces.push_back(std::move(piece));
  }
  CheckStyleOptions(flags.style.params,
                    std::any_of(pieces.begin(), pieces.end(),
                                [](const Piece& piece) { return !piece.style.empty(); }));
  const bool continues = std::any_of(pieces.begin(), pieces.end(), [](const Piece& piece) {
    return !piece.continue_file.empty();
  });
  if (flags.prompt_duration_s > 0 && !continues) {
    common::BadInput("--prompt-duration: expected --continue, whose seconds it counts, found none");
  }
  return pieces;
}

}  // namespace musicgen::cli
