// How fast this machine's memory can be read: the bound of a decode step, which reads every weight
// once.
#pragma once

#include <cstddef>

#include "base/thread_pool.h"

namespace musicgen {

// Bytes per second that the team reads together: the best of ten passes over `bytes`, which should
// be far more than the caches hold (less is used where memory is short). Throws
// Error(kOutOfMemory) when there is not even that.
double MeasureReadBandwidth(ThreadPool& pool, size_t bytes = size_t{1} << 30);

}  // namespace musicgen
