#include "cli/commands.h"

namespace musicgen::cli {

int Run(const ConvertFlags& flags) {
  Convert(flags.model.Options(), flags.output);
  return 0;
}

}  // namespace musicgen::cli
