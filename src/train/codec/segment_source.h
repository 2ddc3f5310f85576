// Where a codec's training gets its sounds from.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>

namespace musicgen::train {

// The segment of this index of an endless sequence, [1, N]: the same at every call, from any
// thread. Throws Error.
using SegmentSource = std::function<at::Tensor(uint64_t index)>;

// Segments [index, index + count) side by side, [count, 1, N].
at::Tensor Segments(const SegmentSource& source, uint64_t index, int64_t count);

}  // namespace musicgen::train
