// All values of a configuration, to be compared with another one's.
#pragma once

#include <map>
#include <string>

#include "checkpoint/config.h"

namespace musicgen::train {

// JSON by "key.sub"; those that are null are left out.
std::map<std::string, std::string> SettingValues(const checkpoint::Config& settings);

}  // namespace musicgen::train
