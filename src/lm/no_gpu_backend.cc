// In place of gpu_backend.cc where this build has no Vulkan.

#include "base/error.h"
#include "lm/gpu_backend.h"

namespace musicgen::lm {

std::unique_ptr<DecodeBackend> NewGpuBackend(size_t, ThreadPool&, const LmConfig&,
                                             const checkpoint::TensorSource&, const std::string&,
                                             Formats) {
  throw Error(ErrorCode::kUnsupported, "Vulkan: expected a build with it, found one without");
}

}  // namespace musicgen::lm
