// The processors this process runs on.
#pragma once

#include <atomic>
#include <span>
#include <string>

namespace musicgen {

// How many it may use (its affinity mask); at least 1.
int ProcessorCount();
// The processor that the calling thread runs on; −1: the system does not say.
int CurrentProcessor();
// Moves the calling thread to a processor that is none of those (−1: not known), if it may use such
// a one; from there it goes where the system puts it, as before.
void MoveToAnotherProcessor(std::span<const std::atomic<int>> taken);
// From now on the calling thread gets about a quarter of a processor that others want as well.
void GiveWayToOthers();
// As the processor names itself, "unknown" when nobody says.
std::string ProcessorName();

}  // namespace musicgen
