#include "cli/open_model.h"

#include "cli/fetch_model.h"
#include "cli/warnings.h"

namespace musicgen::cli {

Model OpenModel(const ModelFlags& flags, bool style) {
  Model model(Fetch(flags, style));
  PrintWarnings(model.info().warnings);
  return model;
}

}  // namespace musicgen::cli
