// An object of a device that is destroyed with its owner.
#pragma once

#include <utility>

#include "gpu/device.h"

namespace musicgen::gpu {

// `destroy`: the member of Functions that does it.
template <class Handle, auto destroy>
class Owned {
 public:
  Owned() = default;
  // Filled by the caller.
  explicit Owned(const Device& device) : device_(&device) {}
  ~Owned() {
    if (handle != VK_NULL_HANDLE) {
      (device_->functions().*destroy)(device_->handle(), handle, nullptr);
    }
  }
  Owned(Owned&& other) noexcept
      : handle(std::exchange(other.handle, VK_NULL_HANDLE)), device_(other.device_) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle, other.handle);
    std::swap(device_, other.device_);
    return *this;
  }

  Handle handle = VK_NULL_HANDLE;

 private:
  const Device* device_ = nullptr;
};

}  // namespace musicgen::gpu
