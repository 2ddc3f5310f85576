// The command line that the stages share: --config FILE --work FOLDER [--flag VALUE]
// [key.sub=value].
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checkpoint/config.h"

namespace musicgen::train {

struct StageArguments {
  checkpoint::Config settings;
  std::string work;                          // exists
  std::map<std::string, std::string> flags;  // the stage's own, those that were given
};

// `flags` are the stage's own, each with a value ("--kind"). Makes the work folder. Throws Error.
StageArguments ParseStage(const std::string& stage, const std::vector<std::string>& arguments,
                          const std::vector<std::string>& flags = {});

}  // namespace musicgen::train
