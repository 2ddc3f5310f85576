#include <cstdio>

#include "cli/commands.h"
#include "cli/json.h"

namespace musicgen::cli {

int Run(const TokenizeFlags& flags) {
  const Model model(flags.model.Options());
  for (const std::string& text : flags.texts) {
    std::printf("%s\n", JsonArray(model.Tokenize(text)).c_str());
  }
  return 0;
}

}  // namespace musicgen::cli
