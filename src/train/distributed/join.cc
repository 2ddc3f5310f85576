#include "train/distributed/join.h"

#include "base/error.h"
#include "train/settings/setting_values.h"

namespace musicgen::train {
namespace {

at::Device DeviceOf(const checkpoint::Config& settings, const Launch& launch) {
  const std::string name = settings.String("device", "cpu");
  if (name == "cpu") return at::kCPU;
  if (name != "cuda") {
    ThrowBadInput(settings.Where("device"), ": expected cpu or cuda, found ", Printable(name));
  }
  const size_t gpus = at::globalContext().hasCUDA() ? at::getNumGPUs() : 0;
  if (static_cast<size_t>(launch.local_rank) >= gpus) {
    ThrowBadInput(settings.Where("device"), ": expected a GPU for each process of this machine, ",
                  "found ", gpus, " and process ", launch.local_rank,
                  gpus == 0 ? " (and a libtorch for CUDA)" : "");
  }
  return {at::kCUDA, static_cast<at::DeviceIndex>(launch.local_rank)};
}

}  // namespace

Place Join(const checkpoint::Config& settings) {
  const Launch launch = ReadLaunch();
  Place place;
  place.device = DeviceOf(settings, launch);
  const double timeout_s = settings.Object("distributed").Number("timeout_s", 1800, 1, 1e6);
  place.processes = std::make_shared<Processes>(launch, place.device, timeout_s);
  place.processes->CheckSame(SettingValues(settings));
  return place;
}

}  // namespace musicgen::train
