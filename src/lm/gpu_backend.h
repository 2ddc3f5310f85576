// The decode backend on a graphics card.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "lm/decode_backend.h"
#include "lm/lm_config.h"
#include "lm/transformer.h"

namespace musicgen::lm {

// On the device that "vulkan:N" counts as N (gpu/devices.h). The tensors are as Transformer wants
// them; `pool` and `source`, which is read again if the device is lost, outlive the backend. Throws
// Error: no such device, one that the probe refuses, too little memory, or a build without Vulkan.
std::unique_ptr<DecodeBackend> NewGpuBackend(size_t number, ThreadPool& pool,
                                             const LmConfig& config,
                                             const checkpoint::TensorSource& source,
                                             const std::string& prefix, Formats formats);

}  // namespace musicgen::lm
