#pragma once

#include <cstdint>
#include <vector>

namespace musicgen {

// Text tokens of one prompt, the end token included. Never empty.
using TokenIds = std::vector<int32_t>;

}  // namespace musicgen
