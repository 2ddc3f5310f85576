// How fast this machine's memory can be read: the bound of a decode step, which reads every weight
// once.
#pragma once

#include "base/thread_pool.h"

namespace musicgen {

// Bytes per second that the team reads together: the best of ten passes over 1 GiB (less where
// memory is short). Takes about a second. Throws Error(kOutOfMemory) when there is no memory at
// all.
double MeasureReadBandwidth(ThreadPool& pool);

}  // namespace musicgen
