#include "cli/commands.h"
#include "cli/fetch_model.h"
#include "cli/warnings.h"

namespace musicgen::cli {

int Run(const ConvertFlags& flags) {
  PrintWarnings(Convert(Fetch(flags.model, /*style=*/false), flags.output));
  return 0;
}

}  // namespace musicgen::cli
