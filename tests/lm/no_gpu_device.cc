#include "base/check.h"
#include "lm/gpu_device.h"

namespace musicgen::lm {

bool HasGpu() { return false; }

std::unique_ptr<DecodeBackend> TinyGpuBackend(const std::string& model, Formats, size_t) {
  CheckFailed(__FILE__, __LINE__, "a build with Vulkan", model);
}

int64_t FreeGpuPages(const std::string&) { return 0; }

}  // namespace musicgen::lm
