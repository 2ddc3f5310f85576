// Memory as the operating system hands it out, and what it says about it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace musicgen {

// Zeroed pages aligned to at least 64 bytes; blocks of 2 MiB and more are aligned to and asked for
// in huge pages. Null when there is no memory. `mapped_bytes` is what FreePages wants back.
void* AllocatePages(size_t bytes, size_t* mapped_bytes);
void FreePages(void* data, size_t mapped_bytes);

// Memory that can be had without swapping, in bytes; 0 when unknown. The limit of a control group
// counts.
uint64_t AvailableMemoryBytes();
// The largest resident size of this process so far (VmHWM), in bytes; 0 when unknown.
uint64_t PeakResidentBytes();

}  // namespace musicgen
