// Whose reading is followed where the two references differ.
#pragma once

#include "musicgen/reference.hpp"

namespace musicgen::conditioning {

using Reference = ReferenceDialect;  // settled: never kAuto

}  // namespace musicgen::conditioning
