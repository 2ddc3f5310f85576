#include "gpu/instance.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "gpu/test_device.h"

namespace musicgen::gpu {
namespace {

using testing::HasSubstr;

std::string MessageOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(InstanceTest, WithoutTheLoaderOneSentenceSaysSo) {
  EXPECT_THAT(MessageOf([] { Instance::Open({.library = "libno-such-vulkan.so.1"}); }),
              HasSubstr("expected the loader libno-such-vulkan.so.1, found none"));
}

TEST(InstanceTest, AnotherLibraryIsNoLoader) {
  EXPECT_THAT(MessageOf([] { Instance::Open({.library = "libm.so.6"}); }),
              HasSubstr("expected vkGetInstanceProcAddr in libm.so.6, found none"));
}

TEST(InstanceTest, WithoutADriverOneSentenceSaysSo) {
  if (MessageOf([] { Instance::Open(); }) != "no error") GTEST_SKIP() << "no libvulkan";
  const InstanceOptions none = {.replace = [](Functions& functions) {
    functions.vkEnumeratePhysicalDevices = [](VkInstance, uint32_t* count, VkPhysicalDevice*) {
      *count = 0;
      return VK_SUCCESS;
    };
  }};
  EXPECT_THAT(MessageOf([&] { OpenDevice(0, none); }),
              HasSubstr("expected a graphics card with a driver for Vulkan, found none"));
}

TEST(InstanceTest, SoftwareDevicesAloneAreRefused) {
  MUSICGEN_NEEDS_DEVICE();
  if (ListDevices().front().kind != DeviceKind::kSoftware) GTEST_SKIP() << "there is a card";
  setenv("MUSICGEN_VULKAN_SOFTWARE", "0", 1);
  EXPECT_THAT(MessageOf([] { OpenDevice(0); }), HasSubstr("found only the software device"));
  EXPECT_TRUE(ListDevices().empty());
  setenv("MUSICGEN_VULKAN_SOFTWARE", "1", 1);
}

TEST(InstanceTest, ANumberTooLargeIsRefused) {
  MUSICGEN_NEEDS_DEVICE();
  EXPECT_THAT(MessageOf([] { OpenDevice(70); }), HasSubstr("device vulkan:70: expected a number"));
}

}  // namespace
}  // namespace musicgen::gpu
