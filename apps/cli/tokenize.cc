#include <cstdio>

#include "cli/commands.h"
#include "cli/open_model.h"
#include "common/json.h"

namespace musicgen::cli {

int Run(const TokenizeFlags& flags) {
  const Model model = OpenModel(flags.model);
  for (const std::string& text : flags.texts) {
    std::printf("%s\n", common::JsonArray(model.Tokenize(text)).c_str());
  }
  return 0;
}

}  // namespace musicgen::cli
