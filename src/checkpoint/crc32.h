// The checksum of ZIP files (polynomial 0xEDB88320, reflected).
#pragma once

#include <cstddef>
#include <cstdint>

namespace musicgen::checkpoint {

// Continues `crc`, which is 0 at the beginning.
uint32_t Crc32(uint32_t crc, const void* data, size_t bytes);

}  // namespace musicgen::checkpoint
