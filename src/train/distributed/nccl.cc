#include "train/distributed/backends.h"

#ifdef USE_C10D_NCCL
#include <cstdlib>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

namespace musicgen::train {

#ifdef USE_C10D_NCCL
Backend MakeNccl(const BackendPlace& place) {
  // Otherwise a watchdog ends the program where waiting should throw.
  setenv("TORCH_NCCL_BLOCKING_WAIT", "1", /*overwrite=*/0);
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = place.timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(place.store, place.rank, place.count, options);
}
#else
Backend MakeNccl(const BackendPlace&) { return {}; }
#endif

}  // namespace musicgen::train
