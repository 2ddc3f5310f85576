// A tensor's bytes in another element type, piece by piece.
#pragma once

#include <cstddef>
#include <functional>

#include "base/thread_pool.h"
#include "tensor/tensor_view.h"

namespace musicgen::checkpoint {

// Takes the next bytes of what is written.
using PutBytes = std::function<void(const void* data, size_t bytes)>;

// Whether StreamAs can make `to` of elements of type `from`.
bool CanConvert(DType from, DType to);

// Hands the elements as type `to` to `put`, row-major, in pieces of a few megabytes; rounds to
// nearest even, groups as tensor/quantized_group.h makes them. The pool's threads share the work of
// each piece.
void StreamAs(const TensorView& tensor, DType to, ThreadPool& pool, const PutBytes& put);

// Whether every finite number stays finite as f16. Reads the tensor.
bool FitsF16(const TensorView& tensor, ThreadPool& pool);

}  // namespace musicgen::checkpoint
