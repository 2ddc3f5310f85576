#include "train/distributed/join.h"

#include "base/error.h"
#include "train/optim/device.h"
#include "train/settings/setting_values.h"

namespace musicgen::train {
namespace {

at::Device DeviceOf(const checkpoint::Config& settings, const Launch& launch) {
  const std::string name = settings.String("device", "cpu");
  const bool own = name == "cuda" && launch.processes > 1;
  return OpenDevice(own ? StrCat(name, ":", launch.local_rank) : name);
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
