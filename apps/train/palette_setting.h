// `palette` of the settings.
#pragma once

#include "checkpoint/config.h"
#include "compose/instruments.h"

namespace musicgen::train {

compose::Palette PaletteSetting(const checkpoint::Config& settings);  // throws Error(kBadInput)

}  // namespace musicgen::train
