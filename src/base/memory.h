// Memory as the operating system hands it out, and what it says about it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace musicgen {

// Zeroed pages, asked for in huge pages of 2 MiB. Large blocks have pages of their own; smaller
// ones, such as most weight matrices, are cut from common stretches of 64 MiB, so that they lie in
// huge pages without being padded to them. Null when there is no memory. `mapped_bytes` is what
// FreePages wants back. Thread-safe.
void* AllocatePages(size_t bytes, size_t* mapped_bytes);
void FreePages(void* data, size_t mapped_bytes);
// Gives back what the C library keeps of memory that was freed, say after loading.
void ReleaseFreedMemory();

// Memory that can be had without swapping, in bytes; 0 when unknown. The limits of control groups
// count.
uint64_t AvailableMemoryBytes();
// The largest resident size of this process so far (VmHWM), in bytes; 0 when unknown.
uint64_t PeakResidentBytes();

}  // namespace musicgen
