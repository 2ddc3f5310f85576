// Every call of a device made to fail in turn: one sentence, and nothing leaks (sanitized builds).

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "gpu/recorder.h"
#include "gpu/test_device.h"
#include "gpu/transfer.h"

namespace musicgen::gpu {
namespace {

// Calls until one fails, and with what.
int calls_left = 0;
VkResult fault = VK_SUCCESS;

// Stands before the member of Functions.
template <auto member>
struct Counted;
template <class... Args, VkResult (*Functions::*member)(Args...)>
struct Counted<member> {
  static inline VkResult (*original)(Args...) = nullptr;
  static VkResult Call(Args... args) { return --calls_left == 0 ? fault : original(args...); }
  static void PutBefore(Functions& functions) {
    if (functions.*member == nullptr || functions.*member == &Call) return;
    original = functions.*member;
    functions.*member = &Call;
  }
};

void CountAll(Functions& functions) {
  if (functions.vkCreateFence == nullptr) return;  // of the instance: the device's are counted
  Counted<&Functions::vkAllocateMemory>::PutBefore(functions);
  Counted<&Functions::vkMapMemory>::PutBefore(functions);
  Counted<&Functions::vkCreateBuffer>::PutBefore(functions);
  Counted<&Functions::vkBindBufferMemory>::PutBefore(functions);
  Counted<&Functions::vkCreateShaderModule>::PutBefore(functions);
  Counted<&Functions::vkCreateDescriptorSetLayout>::PutBefore(functions);
  Counted<&Functions::vkCreatePipelineLayout>::PutBefore(functions);
  Counted<&Functions::vkCreateComputePipelines>::PutBefore(functions);
  Counted<&Functions::vkCreateDescriptorPool>::PutBefore(functions);
  Counted<&Functions::vkAllocateDescriptorSets>::PutBefore(functions);
  Counted<&Functions::vkCreateCommandPool>::PutBefore(functions);
  Counted<&Functions::vkAllocateCommandBuffers>::PutBefore(functions);
  Counted<&Functions::vkBeginCommandBuffer>::PutBefore(functions);
  Counted<&Functions::vkEndCommandBuffer>::PutBefore(functions);
  Counted<&Functions::vkCreateFence>::PutBefore(functions);
  Counted<&Functions::vkResetFences>::PutBefore(functions);
  Counted<&Functions::vkWaitForFences>::PutBefore(functions);
  Counted<&Functions::vkQueueSubmit>::PutBefore(functions);
}

// Memory, a shader, commands and their run.
void Use(const DeviceInfo& info) {
  Device device(Instance::Open({.replace = CountAll}), info);
  device.set_arithmetic(TestDevice().arithmetic());
  Arena own(device, MemoryKind::kDevice, 1 << 14), back(device, MemoryKind::kDownload, 1 << 14);
  Uploader uploader(device, 1 << 12);
  const std::vector<float> ones(64 * 4, 1.0f);
  const BufferRange in = own.Allocate(ones.size() * sizeof(float));
  const BufferRange out = back.Allocate(64 * 32);
  uploader.Upload(std::as_bytes(std::span(ones)), in);
  const Pipeline pipeline(device, "probe", {.bindings = 2});
  Recorder recorder(device);
  recorder.Dispatch(pipeline, std::array<Binding, 2>{{{in, Access::kRead}, {out, Access::kWrite}}},
                    {}, 1);
  device.Run(recorder.Finish().commands(), "computing");
  float fused;
  std::memcpy(&fused, out.host, sizeof(fused));
  EXPECT_EQ(fused, 2.0f);
}

class FaultTest : public testing::TestWithParam<VkResult> {};

TEST_P(FaultTest, EveryCallThatFailsIsOneSentence) {
  MUSICGEN_NEEDS_DEVICE();
  const DeviceInfo info = ListDevices().front();
  fault = GetParam();
  int failed = 0;
  for (bool done = false; !done && failed < 1000; ++failed) {
    calls_left = failed + 1;
    try {
      Use(info);
      done = true;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(),
                fault == VK_ERROR_DEVICE_LOST ? ErrorCode::kFailure : ErrorCode::kOutOfMemory);
      EXPECT_NE(std::string(error.what()).find(info.name), std::string::npos) << error.what();
    }
  }
  EXPECT_GT(failed, 20);
  calls_left = std::numeric_limits<int>::max();
}

INSTANTIATE_TEST_SUITE_P(Results, FaultTest,
                         testing::Values(VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_DEVICE_LOST),
                         [](const auto& param_info) {
                           return param_info.param == VK_ERROR_DEVICE_LOST ? "DeviceLost"
                                                                           : "OutOfMemory";
                         });

}  // namespace
}  // namespace musicgen::gpu
