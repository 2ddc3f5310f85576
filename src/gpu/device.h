// A device in use: its queue, its memory, and what the probe found of its arithmetic.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gpu/devices.h"
#include "gpu/functions.h"
#include "gpu/instance.h"

namespace musicgen::gpu {

// Which variant of the shaders computes what IEEE 754 says (shaders/exact.glsl).
struct Arithmetic {
  bool exact_fma = false;  // fma() is not fused: made from double instead
  bool refined_division = false;
  bool refined_sqrt = false;
};

struct DeviceLimits {
  uint64_t binding_bytes = 0;     // of one range that a shader sees
  uint64_t allocation_bytes = 0;  // of one block of memory
  uint64_t offset_alignment = 0;  // of such a range, in bytes
  uint64_t shared_bytes = 0;      // of a workgroup
  uint32_t workgroup_invocations = 0;
};

// Outlives what is made of it. Calls of one device from one thread at a time.
class Device {
 public:
  // Of an instance's list. Its arithmetic is still to be found (gpu/open_device.h).
  Device(std::shared_ptr<const Instance> instance, DeviceInfo info);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const DeviceInfo& info() const { return info_; }
  const Functions& functions() const { return functions_; }
  VkDevice handle() const { return device_; }
  uint32_t queue_family() const { return queue_family_; }
  const DeviceLimits& limits() const { return limits_; }
  const VkPhysicalDeviceMemoryProperties& memory() const { return memory_; }
  bool has_exact_double() const { return has_exact_double_; }

  const Arithmetic& arithmetic() const { return arithmetic_; }
  void set_arithmetic(const Arithmetic& arithmetic) { arithmetic_ = arithmetic; }

  // Device memory that can still be had, in bytes, as far as the driver says.
  uint64_t AvailableBytes() const;

  // Runs the commands after all that was submitted before and waits for them; `doing` is for the
  // error.
  void Run(VkCommandBuffer commands, std::string_view doing) const;
  // Has them run one after the other, and then the fence signalled (gpu/submission.h).
  void Submit(std::span<const VkCommandBuffer> commands, VkFence fence,
              std::string_view doing) const;
  // Waits for the fence. What was submitted does not go on behind the caller's back when this
  // throws.
  void Await(VkFence fence, std::string_view doing) const;

  // As gpu/result.h, of this device.
  void Check(VkResult result, std::string_view doing) const;

 private:
  std::shared_ptr<const Instance> instance_;
  const DeviceInfo info_;
  VkPhysicalDevice physical_ = VK_NULL_HANDLE;
  Functions functions_;
  VkDevice device_ = VK_NULL_HANDLE;
  VkQueue queue_ = VK_NULL_HANDLE;
  VkFence fence_ = VK_NULL_HANDLE;
  uint32_t queue_family_ = 0;
  DeviceLimits limits_;
  VkPhysicalDeviceMemoryProperties memory_{};
  bool has_exact_double_ = false;  // float64 that keeps conversions as they are written
  bool has_memory_budget_ = false;
  Arithmetic arithmetic_;
};

}  // namespace musicgen::gpu
