// Files of prompts: one for each line, as text or as a JSON object, or a JSON array of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace musicgen::cli {

// What a line says; an absent field means none.
struct PromptFields {
  std::optional<std::string> prompt;
  std::optional<double> duration_s;
  std::optional<int64_t> seed;
  std::optional<std::string> melody, style, continue_file;
  bool from_json = false;  // then an absent melody means none, not the command line's
  bool says_melody = false, says_style = false,
       says_continue = false;  // that there is such a field, if only null
};

// "-" is stdin; blank lines are skipped. Throws Error(kBadInput).
std::vector<PromptFields> ReadPromptsFile(const std::string& path);

}  // namespace musicgen::cli
