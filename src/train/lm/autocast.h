// Products in sixteen bits, the rest in f32.
#pragma once

#include <ATen/ATen.h>

#include <optional>

namespace musicgen::train {

// While it lives, libtorch's autocast for this kind of device; of no type, nothing. May be nested.
class Autocast {
 public:
  Autocast(std::optional<at::ScalarType> type, const at::Device& device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool active_, before_ = false;
  at::DeviceType device_;
};

}  // namespace musicgen::train
