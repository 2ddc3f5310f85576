#include "lm/gpu_backend.h"

#include "gpu/open_device.h"
#include "lm/gpu_network.h"
#include "lm/network_backend.h"

namespace musicgen::lm {

std::unique_ptr<DecodeBackend> NewGpuBackend(size_t number, ThreadPool& pool,
                                             const LmConfig& config,
                                             const checkpoint::TensorSource& source,
                                             const std::string& prefix, Formats formats) {
  const auto make = [=, &pool, &source] {
    return std::make_shared<GpuNetwork>(gpu::OpenDevice(number), pool, config, source, prefix,
                                        formats);
  };
  return std::make_unique<NetworkBackend>(make);
}

}  // namespace musicgen::lm
