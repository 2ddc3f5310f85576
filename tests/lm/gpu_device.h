// Tiny models on the first Vulkan device, software devices included.
#pragma once

#include <memory>
#include <string>

#include "lm/decode_backend.h"
#include "lm/transformer.h"

namespace musicgen::lm {

inline constexpr const char* kNoGpu = "no Vulkan device, not even mesa-vulkan-drivers' one";

bool HasGpu();
// Backends of one model share what a device takes long to compile: one at a time.
std::unique_ptr<DecodeBackend> TinyGpuBackend(const std::string& model, Formats formats = {},
                                              size_t run_ahead = 4);
// Of the pages of keys and values of that model in float, those that are free.
int64_t FreeGpuPages(const std::string& model);

}  // namespace musicgen::lm
