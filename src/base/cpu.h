// The processors this process runs on.
#pragma once

#include <string>

namespace musicgen {

// How many it may use (its affinity mask); at least 1.
int ProcessorCount();
// As the processor names itself, "unknown" when nobody says.
std::string ProcessorName();

}  // namespace musicgen
