#include "gpu/instance.h"

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/error.h"
#include "gpu/result.h"

namespace musicgen::gpu {
namespace {

constexpr uint32_t kMostInvocations = 256;  // of a workgroup (gpu/operations.cc)
constexpr uint32_t kVersion = VK_API_VERSION_1_2;

DeviceKind KindOf(VkPhysicalDeviceType type) {
  switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
      return DeviceKind::kDiscrete;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
      return DeviceKind::kIntegrated;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
      return DeviceKind::kVirtual;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
      return DeviceKind::kSoftware;
    default:
      return DeviceKind::kOther;
  }
}

bool IsVendors(VkDriverId driver) {
  return driver == VK_DRIVER_ID_NVIDIA_PROPRIETARY || driver == VK_DRIVER_ID_AMD_PROPRIETARY ||
         driver == VK_DRIVER_ID_INTEL_PROPRIETARY_WINDOWS;
}

DeviceInfo Describe(const Functions& functions, VkPhysicalDevice device, size_t index) {
  VkPhysicalDeviceDriverProperties driver{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
  VkPhysicalDeviceIDProperties id{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES, &driver};
  VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &id};
  functions.vkGetPhysicalDeviceProperties2(device, &properties);
  VkPhysicalDeviceMemoryProperties2 memory{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2};
  functions.vkGetPhysicalDeviceMemoryProperties2(device, &memory);

  DeviceInfo info;
  info.index = index;
  info.name = Printable(properties.properties.deviceName);
  info.driver = StrCat(Printable(driver.driverName), " ", Printable(driver.driverInfo));
  info.kind = KindOf(properties.properties.deviceType);
  info.vendors_driver = IsVendors(driver.driverID);
  std::copy_n(id.deviceUUID, info.uuid.size(), info.uuid.begin());
  for (uint32_t i = 0; i < memory.memoryProperties.memoryHeapCount; ++i) {
    const VkMemoryHeap& heap = memory.memoryProperties.memoryHeaps[i];
    if ((heap.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0) info.memory_bytes += heap.size;
  }
  if (properties.properties.apiVersion < kVersion) {
    info.missing = "Vulkan 1.2";
  } else if (ComputeQueueFamily(functions, device) < 0) {
    info.missing = "a queue for compute commands";
  } else if (properties.properties.limits.maxComputeWorkGroupInvocations < kMostInvocations) {
    info.missing = "workgroups of 256 invocations";
  }
  return info;
}

std::string NoDevice(const std::vector<DeviceInfo>& all) {
  for (const DeviceInfo& device : all) {
    if (device.kind != DeviceKind::kSoftware && !device.missing.empty()) {
      return StrCat("Vulkan: expected ", device.missing, " of ", device.name, ", found none");
    }
  }
  for (const DeviceInfo& device : all) {
    if (device.kind == DeviceKind::kSoftware) {
      return StrCat("Vulkan: expected a graphics card, found only the software device ",
                    device.name, ", which is for tests (MUSICGEN_VULKAN_SOFTWARE=1)");
    }
  }
  return "Vulkan: expected a graphics card with a driver for Vulkan, found none";
}

}  // namespace

int ComputeQueueFamily(const Functions& functions, VkPhysicalDevice device) {
  uint32_t count = 0;
  functions.vkGetPhysicalDeviceQueueFamilyProperties(device, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  functions.vkGetPhysicalDeviceQueueFamilyProperties(device, &count, families.data());
  for (uint32_t i = 0; i < count; ++i) {
    if ((families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) != 0) return static_cast<int>(i);
  }
  return -1;
}

std::shared_ptr<const Instance> Instance::Open(InstanceOptions options) {
  return std::shared_ptr<const Instance>(new Instance(std::move(options)));
}

Instance::Instance(InstanceOptions options) : options_(std::move(options)) {
  // Never closed, as ~Instance says.
  void* library = dlopen(options_.library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw Error(ErrorCode::kUnsupported,
                StrCat("Vulkan: expected the loader ", options_.library,
                       ", found none: it comes with a graphics card's driver or Debian's package "
                       "libvulkan1"));
  }
  functions_.vkGetInstanceProcAddr =
      reinterpret_cast<PFN_vkGetInstanceProcAddr>(dlsym(library, "vkGetInstanceProcAddr"));
  if (functions_.vkGetInstanceProcAddr == nullptr) {
    ThrowFailure("Vulkan: expected vkGetInstanceProcAddr in ", options_.library, ", found none");
  }
  functions_.Find(VkInstance{VK_NULL_HANDLE});
  options_.replace(functions_);
  VkApplicationInfo application{VK_STRUCTURE_TYPE_APPLICATION_INFO};
  application.pApplicationName = "musicgen";
  application.apiVersion = kVersion;
  VkInstanceCreateInfo create{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
  create.pApplicationInfo = &application;
  Check(functions_.vkCreateInstance(&create, nullptr, &instance_), "Vulkan", "starting");
  functions_.Find(instance_);
  const PFN_vkDestroyInstance destroy = functions_.vkDestroyInstance;
  options_.replace(functions_);
  try {
    VkResult result = VK_INCOMPLETE;
    for (uint32_t count = 0; result == VK_INCOMPLETE;) {  // devices may come meanwhile
      Check(functions_.vkEnumeratePhysicalDevices(instance_, &count, nullptr), "Vulkan",
            "listing devices");
      physical_devices_.resize(count);
      result = functions_.vkEnumeratePhysicalDevices(instance_, &count, physical_devices_.data());
      physical_devices_.resize(count);
    }
    Check(result, "Vulkan", "listing devices");
  } catch (...) {
    destroy(instance_, nullptr);
    throw;
  }
}

// One stays: with the last, the loader would unload the drivers, whose threads and exit handlers
// outlive it.
Instance::~Instance() {
  static std::atomic<VkInstance> kept{VK_NULL_HANDLE};
  VkInstance none = VK_NULL_HANDLE;
  if (!kept.compare_exchange_strong(none, instance_)) {
    functions_.vkDestroyInstance(instance_, nullptr);
  }
}

std::vector<DeviceInfo> Instance::Describe() const {
  std::vector<DeviceInfo> all;
  for (const VkPhysicalDevice device : physical_devices_) {
    all.push_back(gpu::Describe(functions_, device, all.size()));
  }
  return all;
}

DeviceInfo Instance::Find(size_t number) const {
  const std::vector<DeviceInfo> all = Describe();
  std::vector<DeviceInfo> devices = Countable(all, AdmitsSoftware());
  if (devices.empty()) throw Error(ErrorCode::kUnsupported, NoDevice(all));
  if (number >= devices.size()) {
    ThrowBadInput("device vulkan:", number, ": expected a number below ", devices.size(),
                  ", as many devices as there are");
  }
  return std::move(devices[number]);
}

DeviceInfo FindDevice(size_t number) { return Instance::Open()->Find(number); }

std::vector<DeviceInfo> ListDevices() {
  try {
    return Countable(Instance::Open()->Describe(), AdmitsSoftware());
  } catch (const Error&) {
    return {};
  }
}

}  // namespace musicgen::gpu
