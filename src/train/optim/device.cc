#include "train/optim/device.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include "base/error.h"

namespace musicgen::train {

at::Device OpenDevice(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  const bool gpu = name == "cuda" || name.starts_with("cuda:");
  try {
    if (gpu) {
      const at::Device device(name);
      at::globalContext().setAllowTF32CuBLAS(true);
      at::empty({1}, at::TensorOptions(device));
      return device;
    }
  } catch (const c10::Error& error) {
    ThrowFailure("device: expected one that is here, found ", Printable(name), ": ",
                 Printable(error.what_without_backtrace(), 300));
  }
  ThrowBadInput("device: expected cpu, cuda or cuda:N, found ", Printable(name));
}

void MoveTo(at::Device device, const Parameters& parameters) {
  const at::NoGradGuard no_grad;
  for (const Parameter& parameter : parameters) {
    parameter.value.set_data(parameter.value.detach().to(device));
  }
}

}  // namespace musicgen::train
