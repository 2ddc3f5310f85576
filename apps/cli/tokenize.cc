#include <cstdio>

#include "cli/commands.h"
#include "cli/json.h"
#include "cli/open_model.h"

namespace musicgen::cli {

int Run(const TokenizeFlags& flags) {
  const Model model = OpenModel(flags.model);
  for (const std::string& text : flags.texts) {
    std::printf("%s\n", JsonArray(model.Tokenize(text)).c_str());
  }
  return 0;
}

}  // namespace musicgen::cli
