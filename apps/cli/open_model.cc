#include "cli/open_model.h"

#include "cli/fetch_model.h"
#include "cli/warnings.h"

namespace musicgen::cli {

Model OpenModel(const ModelFlags& flags) {
  Model model(Fetch(flags));
  PrintWarnings(model.info().warnings);
  return model;
}

}  // namespace musicgen::cli
