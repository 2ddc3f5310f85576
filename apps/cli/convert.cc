#include "cli/commands.h"
#include "cli/open_model.h"

namespace musicgen::cli {

int Run(const ConvertFlags& flags) {
  PrintWarnings(Convert(flags.model.Options(), flags.output));
  return 0;
}

}  // namespace musicgen::cli
