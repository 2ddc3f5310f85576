// Extents of a tensor, outermost first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace musicgen {

using Shape = std::vector<int64_t>;

// Product of the extents (1 for a scalar). The extents must be ≥ 0 and their product must fit;
// files are checked where they are read.
int64_t NumElements(const Shape& shape);
std::string ToString(const Shape& shape);  // "[2, 3]"

}  // namespace musicgen
