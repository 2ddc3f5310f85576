#include "base/error.h"
#include "train/distributed/backends.h"

#ifdef USE_C10D_GLOO
#include <cstdlib>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif

namespace musicgen::train {

#ifdef USE_C10D_GLOO
Backend MakeGloo(const BackendPlace& place) {
  using c10d::ProcessGroupGloo;
  auto options = ProcessGroupGloo::Options::create(place.timeout);
  // The variable that torch.distributed and its documentation know.
  const char* const interface = std::getenv("GLOO_SOCKET_IFNAME");
  options->devices.push_back(interface == nullptr
                                 ? ProcessGroupGloo::createDefaultDevice()
                                 : ProcessGroupGloo::createDeviceForInterface(interface));
  return c10::make_intrusive<ProcessGroupGloo>(place.store, place.rank, place.count, options);
}
#else
Backend MakeGloo(const BackendPlace&) {
  ThrowFailure(
      "training in several processes: expected a libtorch with Gloo, as the Python package torch "
      "has it, found one without");
}
#endif

}  // namespace musicgen::train
