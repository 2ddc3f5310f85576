// The settings of a run: a YAML file, and what the command line says otherwise.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/config.h"

namespace musicgen::train {

// Overrides are "key.sub=value", the value in YAML ("optim.lr=1e-3", "schedule.lengths=[1, 2]").
// A key that the file does not have is refused, since it would be a misspelling. Throws
// Error(kBadInput).
checkpoint::Config ParseSettings(const std::string& yaml, const std::string& name,
                                 const std::vector<std::string>& overrides);
// The same of a file.
checkpoint::Config ReadSettings(const std::string& path, const std::vector<std::string>& overrides);

}  // namespace musicgen::train
