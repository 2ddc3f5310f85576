// The room in which foreign bytes are decoded.
#pragma once

#include <cstdint>

namespace musicgen::serve {

struct SandboxLimits {
  uint64_t memory_bytes = 0;
  uint64_t cpu_s = 0;
};

// From here on this process has memory, up to the limit, and may write to stdout; it opens, reads
// and starts nothing, gains no rights and leaves no core. Any other system call kills it, as does
// the end of the thread that started it. No way back. Throws Error(kFailure) where the system
// offers no such room.
//
// Sanitized builds have no memory limit, as their shadow takes terabytes of addresses, and some
// more calls.
void EnterSandbox(const SandboxLimits& limits);

}  // namespace musicgen::serve
