// The processors this process runs on.
#pragma once

#include <string>

namespace musicgen {

// How many it may use (its affinity mask); at least 1.
int ProcessorCount();
// From now on the calling thread gets about a quarter of a processor that others want as well.
void GiveWayToOthers();
// As the processor names itself, "unknown" when nobody says.
std::string ProcessorName();

}  // namespace musicgen
