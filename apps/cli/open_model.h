// Opening the model a command works with.
#pragma once

#include "cli/options.h"

namespace musicgen::cli {

// Downloads what is missing of it, and says on stderr what its files give reason to say.
Model OpenModel(const ModelFlags& flags, bool style = false);

}  // namespace musicgen::cli
