// The shaders that this build holds, as SPIR-V. cmake/shaders.cmake writes the source.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace musicgen::gpu {

// shaders/NAME.comp; with `exact_fma` the variant that makes fused multiply-adds from double. The
// name must be one of them.
std::span<const uint32_t> ShaderModule(std::string_view name, bool exact_fma);

}  // namespace musicgen::gpu
