// Vulkan, opened at run time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gpu/devices.h"
#include "gpu/functions.h"

namespace musicgen::gpu {

// For tests: another library, other functions.
struct InstanceOptions {
  std::string library = "libvulkan.so.1";
  std::function<void(Functions&)> replace = [](Functions&) {};  // of every table that was filled
};

class Instance {
 public:
  // Throws Error(kUnsupported) where there is no libvulkan, or it finds no driver.
  static std::shared_ptr<const Instance> Open(InstanceOptions options = {});
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const Functions& functions() const { return functions_; }
  const InstanceOptions& options() const { return options_; }
  // All of them, in Vulkan's order, which is DeviceInfo::index's.
  const std::vector<VkPhysicalDevice>& physical_devices() const { return physical_devices_; }
  std::vector<DeviceInfo> Describe() const;
  // As gpu/devices.h's FindDevice.
  DeviceInfo Find(size_t number) const;

 private:
  explicit Instance(InstanceOptions options);

  InstanceOptions options_;
  Functions functions_;
  VkInstance instance_ = VK_NULL_HANDLE;
  std::vector<VkPhysicalDevice> physical_devices_;
};

// Where compute commands go; none: −1.
int ComputeQueueFamily(const Functions& functions, VkPhysicalDevice device);

}  // namespace musicgen::gpu
