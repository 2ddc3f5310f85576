#include "lm/gpu_device.h"

#include <map>

#include "gpu/test_device.h"
#include "lm/gpu_network.h"
#include "lm/network_backend.h"
#include "lm/tiny_transformer.h"

namespace musicgen::lm {
namespace {

std::shared_ptr<GpuNetwork> NetworkOf(const std::string& model, Formats formats) {
  const gpu::Device& device = gpu::TestDevice();  // first, since it has to outlive the networks
  static std::map<std::pair<std::string, kernels::WeightFormat>, std::shared_ptr<GpuNetwork>>
      networks;
  std::shared_ptr<GpuNetwork>& network = networks[{model, formats.weights}];
  if (network == nullptr) {
    ThreadPool pool(2);
    network =
        WithTinyModel(model, [&](const LmConfig& config, const checkpoint::TensorSource& from) {
          // The device is the program's.
          const std::shared_ptr<const gpu::Device> shared(&device, [](const auto*) {});
          return std::make_shared<GpuNetwork>(shared, pool, config, from, "decoder.", formats);
        });
  }
  return network;
}

}  // namespace

bool HasGpu() { return gpu::HasTestDevice(); }

std::unique_ptr<DecodeBackend> TinyGpuBackend(const std::string& model, Formats formats,
                                              size_t run_ahead) {
  auto backend = std::make_unique<NetworkBackend>(NetworkOf(model, formats));
  backend->LimitRunAhead(run_ahead);
  return backend;
}

int64_t FreeGpuPages(const std::string& model) { return NetworkOf(model, {})->free_pages(); }

}  // namespace musicgen::lm
