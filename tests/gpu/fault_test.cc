// Every call of a device made to fail in turn: one sentence, and nothing leaks (sanitized builds).

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "base/error.h"
#include "gpu/failing_calls.h"
#include "gpu/recorder.h"
#include "gpu/submission.h"
#include "gpu/test_device.h"
#include "gpu/transfer.h"

namespace musicgen::gpu {
namespace {

// Memory, a shader, commands and their run.
void Use(const DeviceInfo& info) {
  Device device(Instance::Open({.replace = FailingCalls::PutBefore}), info);
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
  const Recording recording = recorder.Finish();
  const VkCommandBuffer commands = recording.commands();
  device.Run(commands, "computing");
  Submission submission(device);
  for (int run = 0; run < 2; ++run) {
    submission.Start({&commands, 1}, "computing");
    submission.Done();
    submission.Wait();
  }
  float fused;
  std::memcpy(&fused, out.host, sizeof(fused));
  EXPECT_EQ(fused, 2.0f);
}

class FaultTest : public testing::TestWithParam<VkResult> {};

TEST_P(FaultTest, EveryCallThatFailsIsOneSentence) {
  MUSICGEN_NEEDS_DEVICE();
  const DeviceInfo info = ListDevices().front();
  FailingCalls::fault = GetParam();
  int failed = 0, recovered = 0;
  for (int calls = 1; calls < 1000; ++calls) {
    FailingCalls::left = calls;
    try {
      Use(info);
      if (FailingCalls::left > 0) break;  // so many calls are not made
      ++recovered;
    } catch (const Error& error) {
      ++failed;
      EXPECT_EQ(error.code(),
                GetParam() == VK_ERROR_DEVICE_LOST ? ErrorCode::kFailure : ErrorCode::kOutOfMemory);
      EXPECT_NE(std::string(error.what()).find(info.name), std::string::npos) << error.what();
    }
  }
  EXPECT_GT(failed, 20);
  // A wait or a question that finds no memory is repeated; what is lost stays lost.
  EXPECT_EQ(recovered, GetParam() == VK_ERROR_DEVICE_LOST ? 0 : 4);
  FailingCalls::left = 0;
}

INSTANTIATE_TEST_SUITE_P(Results, FaultTest,
                         testing::Values(VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_DEVICE_LOST),
                         [](const auto& param_info) {
                           return param_info.param == VK_ERROR_DEVICE_LOST ? "DeviceLost"
                                                                           : "OutOfMemory";
                         });

}  // namespace
}  // namespace musicgen::gpu
