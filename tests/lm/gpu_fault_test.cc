// A device whose calls fail under the decode backend: streams go on, or end with a sentence.

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "gpu/failing_calls.h"
#include "gpu/test_device.h"
#include "lm/cpu_backend.h"
#include "lm/decode_engine.h"
#include "lm/gpu_device.h"
#include "lm/gpu_network.h"
#include "lm/network_backend.h"
#include "lm/tiny_transformer.h"

namespace musicgen::lm {
namespace {

// The next submission fails with it.
VkResult next_fault = VK_SUCCESS;
PFN_vkQueueSubmit submit = nullptr;

void FailOnDemand(gpu::Functions& functions) {
  if (functions.vkQueueSubmit == nullptr) return;  // of the instance
  submit = functions.vkQueueSubmit;
  functions.vkQueueSubmit = [](VkQueue queue, uint32_t count, const VkSubmitInfo* info,
                               VkFence fence) {
    const VkResult fault = std::exchange(next_fault, VK_SUCCESS);
    return fault == VK_SUCCESS ? submit(queue, count, info, fence) : fault;
  };
}

// The test's device with other functions.
std::shared_ptr<gpu::Device> DeviceWith(void (*replace)(gpu::Functions&)) {
  auto device = std::make_shared<gpu::Device>(gpu::Instance::Open({.replace = replace}),
                                              gpu::ListDevices().front());
  device->set_arithmetic(gpu::TestDevice().arithmetic());
  return device;
}

// A step that throws has not happened: made again, it gives what it would have given.
TEST(GpuFaultTest, AStepThatFailedIsMadeAgain) {
  if (!HasGpu()) GTEST_SKIP() << kNoGpu;
  const auto device = DeviceWith(FailOnDemand);
  ThreadPool pool(2);
  const auto transformer = LoadTinyTransformer();
  const LmConfig& config = transformer->config();
  CpuBackend cpu(*transformer, pool);
  NetworkBackend gpu(WithTinyModel("hf-tiny-mono", [&](const auto& sizes, const auto& tensors) {
    return std::make_shared<GpuNetwork>(device, pool, sizes, tensors, "decoder.", Formats{});
  }));
  const auto codes = [&](DecodeBackend& backend, bool faults) {
    const ConditionsHandle conditions = backend.Prepare(MadeUpConditions(3, config.width, 1));
    backend.PassConditions(*conditions, 3);
    StreamSpec spec;
    spec.conditions = conditions;
    spec.pattern = CodebookPattern(config.pattern, config.codebooks, 6);
    const StreamId stream = backend.Admit(spec);
    std::vector<int32_t> all;
    for (int64_t step = 1; step < spec.pattern.steps(); ++step) {
      if (faults && step % 2 == 0) {
        const bool lost = step % 4 == 0;
        next_fault = lost ? VK_ERROR_DEVICE_LOST : VK_ERROR_OUT_OF_DEVICE_MEMORY;
        try {
          backend.Step({&stream, 1}, std::nullopt);
          ADD_FAILURE() << "no fault";
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), lost ? ErrorCode::kFailure : ErrorCode::kOutOfMemory);
        }
      }
      backend.Step({&stream, 1}, std::nullopt);
      for (const SampledColumn& column : backend.Collect(true).columns) {
        all.insert(all.end(), column.codes.begin(), column.codes.end());
      }
    }
    backend.Release(stream);
    return all;
  };
  const std::vector<int32_t> expected = codes(cpu, false);
  EXPECT_EQ(expected.size(), 9U * 4U);
  EXPECT_EQ(codes(gpu, true), expected);
}

// A device that is lost in the middle of pieces, again and again, which are steered as well.
TEST(GpuFaultTest, ALostDeviceIsOpenedAnewAndStreamsGoOn) {
  if (!HasGpu()) GTEST_SKIP() << kNoGpu;
  const auto device = DeviceWith(FailOnDemand);
  ThreadPool pool(2);
  const auto transformer = LoadTinyTransformer();
  const LmConfig& config = transformer->config();
  int made = 0;
  bool refuses = false;
  const auto make = [&] {
    if (std::exchange(refuses, false)) throw Error(ErrorCode::kFailure, "gone for good");
    ++made;
    return WithTinyModel("hf-tiny-mono", [&](const auto& sizes, const auto& tensors) {
      return std::make_shared<GpuNetwork>(device, pool, sizes, tensors, "decoder.", Formats{});
    });
  };
  const auto lose = [](bool faults) {
    if (faults) next_fault = VK_ERROR_DEVICE_LOST;
  };
  const auto codes = [&](DecodeBackend& backend, bool faults) {
    std::vector<ConditionsHandle> conditions;
    for (int i = 0; i < 2; ++i) {
      conditions.push_back(backend.Prepare(MadeUpConditions(3 + i, config.width, 1 + i)));
      lose(faults);
      backend.PassConditions(*conditions.back(), 3 + i);
    }
    StreamSpec spec;
    spec.conditions = conditions[0];
    spec.pattern = CodebookPattern(config.pattern, config.codebooks, 10);
    spec.prompt = MadeUpCodes(config, 4);
    std::vector<StreamId> streams;
    for (uint64_t seed = 0; seed < 2; ++seed) {
      spec.seed = seed;
      streams.push_back(backend.Admit(spec));
      lose(faults);
      backend.PassPrompt(streams.back(), backend.PromptRowsLeft(streams.back()));
    }
    std::vector<int32_t> all;
    for (int step = 0; step < 9; ++step) {
      if (step == 4) backend.Change(streams[1], {.conditions = conditions[1]});
      if (step == 6) backend.Change(streams[1], {.conditions = conditions[0]});
      lose(faults && step % 3 == 1);
      if (faults && step == 7) {
        refuses = true;
        EXPECT_THROW(backend.Step(streams, std::nullopt), Error);
      }
      backend.Step(streams, std::nullopt);
      for (const SampledColumn& column : backend.Collect(true).columns) {
        all.insert(all.end(), column.codes.begin(), column.codes.end());
      }
    }
    for (const StreamId stream : streams) backend.Release(stream);
    return all;
  };
  CpuBackend cpu(*transformer, pool);
  NetworkBackend gpu(make);
  const std::vector<int32_t> expected = codes(cpu, false);
  EXPECT_EQ(expected.size(), 2U * 9U * 4U);
  EXPECT_EQ(codes(gpu, true), expected);
  EXPECT_EQ(made, 1 + 2 + 2 + 3);
}

// A device that is lost with steps under way, and no other one: their streams fail, in Collect.
TEST(GpuFaultTest, StepsThatAreLostForGoodFailTheirStreams) {
  if (!HasGpu()) GTEST_SKIP() << kNoGpu;
  const auto device = DeviceWith(gpu::FailingCalls::PutBefore);
  ThreadPool pool(2);
  bool refuses = false;
  const auto make = [&] {
    if (refuses) throw Error(ErrorCode::kFailure, "gone for good");
    return WithTinyModel("hf-tiny-mono", [&](const auto& sizes, const auto& tensors) {
      return std::make_shared<GpuNetwork>(device, pool, sizes, tensors, "decoder.", Formats{});
    });
  };
  NetworkBackend backend(make);
  const auto transformer = LoadTinyTransformer();
  const LmConfig& config = transformer->config();
  StreamSpec spec;
  spec.conditions = backend.Prepare(Conditions::Cross({}));
  spec.pattern = CodebookPattern(config.pattern, config.codebooks, 10);
  const std::vector<StreamId> streams = {backend.Admit(spec), backend.Admit(spec)};
  backend.Step(streams, std::nullopt);
  EXPECT_EQ(backend.Collect(true).columns.size(), 2U);
  for (int step = 0; step < 3; ++step) backend.Step(streams, std::nullopt);
  refuses = true;
  gpu::FailingCalls::fault = VK_ERROR_DEVICE_LOST;
  gpu::FailingCalls::left = 1;
  const Collected lost = backend.Collect(true);
  EXPECT_TRUE(lost.columns.empty());
  ASSERT_EQ(lost.failed.size(), 2U);
  for (const FailedStream& failed : lost.failed) {
    EXPECT_STREQ(failed.error.what(), "gone for good");
    backend.Release(failed.stream);
  }
  refuses = false;
  const StreamId next = backend.Admit(spec);
  backend.Step({&next, 1}, std::nullopt);
  EXPECT_EQ(backend.Collect(true).columns.size(), 1U);
  backend.Release(next);
}

// What two streams got, one of them steered, and what went wrong.
struct Outcome {
  std::map<uint64_t, std::vector<int32_t>> columns;  // by seed
  std::vector<std::string> errors;
};

Outcome Decode(DecodeBackend& backend, const LmConfig& config) {
  Outcome outcome;
  std::map<StreamId, uint64_t> seeds;
  std::set<StreamId> gone;
  try {
    DecodeEngine engine(backend, 4);
    const auto take = [&](const Ticked& ticked) {
      for (const SampledColumn& column : ticked.columns) {
        std::vector<int32_t>& all = outcome.columns[seeds.at(column.stream)];
        all.insert(all.end(), column.codes.begin(), column.codes.end());
      }
      for (const FailedStream& failed : ticked.failed) {
        outcome.errors.emplace_back(failed.error.what());
        outcome.columns.erase(seeds.at(failed.stream));
        gone.insert(failed.stream);
      }
      for (const auto& failed : ticked.failed_conditions) {
        outcome.errors.emplace_back(failed.error.what());
      }
      return ticked.failed_conditions.empty();
    };
    const ConditionsHandle conditions = engine.Prepare(MadeUpConditions(3, config.width, 1));
    while (conditions->rows_left() > 0) {
      if (!take(engine.Tick())) return outcome;
    }
    StreamSpec spec;
    spec.conditions = conditions;
    spec.pattern = CodebookPattern(config.pattern, config.codebooks, 7);
    spec.prompt = MadeUpCodes(config, 2);
    for (spec.seed = 1; spec.seed <= 2; ++spec.seed) seeds[engine.Join(spec)] = spec.seed;
    const StreamId steered = seeds.begin()->first;
    while (engine.busy()) {
      if (!gone.contains(steered) && engine.steps(steered) == 4) {
        engine.Change(steered, {.guidance = GuidanceCoefs{1.5}});
      }
      take(engine.Tick());
    }
  } catch (const Error& error) {
    outcome.errors.emplace_back(error.what());
    outcome.columns.clear();
  }
  return outcome;
}

class GpuCallTest : public testing::TestWithParam<VkResult> {};

// Of the calls that decoding makes some fail, in the long tier each; sanitized builds are slower.
#if defined(MUSICGEN_SANITIZED)
constexpr int kStride = 131;
#else
constexpr int kStride = 41;
#endif

int Stride() {
  const char* text = std::getenv("MUSICGEN_LONG_TESTS");
  return text != nullptr && std::string(text) != "0" ? 1 : kStride;
}

TEST_P(GpuCallTest, EveryCallThatFailsIsRecoveredOrOneSentence) {
  if (!HasGpu()) GTEST_SKIP() << kNoGpu;
  const gpu::DeviceInfo info = gpu::ListDevices().front();
  ThreadPool pool(2);
  const auto transformer = LoadTinyTransformer();
  const LmConfig& config = transformer->config();
  CpuBackend cpu(*transformer, pool);
  const Outcome expected = Decode(cpu, config);
  ASSERT_EQ(expected.columns.size(), 2U);
  ASSERT_EQ(expected.columns.at(2).size(), 8U * 4U);
  auto device = std::make_shared<gpu::Device>(
      gpu::Instance::Open({.replace = gpu::FailingCalls::PutBefore}), info);
  device->set_arithmetic(gpu::TestDevice().arithmetic());
  const auto make = [&] {
    return WithTinyModel("hf-tiny-mono", [&](const auto& sizes, const auto& tensors) {
      return std::make_shared<GpuNetwork>(device, pool, sizes, tensors, "decoder.", Formats{});
    });
  };
  const bool lost = GetParam() == VK_ERROR_DEVICE_LOST;
  size_t recovered = 0, failed = 0;
  for (int calls = 1; calls < 5000; calls += Stride()) {
    NetworkBackend backend(make);
    gpu::FailingCalls::fault = GetParam();
    gpu::FailingCalls::left = calls;
    const Outcome found = Decode(backend, config);
    if (std::exchange(gpu::FailingCalls::left, 0) > 0) break;  // so many calls are not made
    found.errors.empty() ? ++recovered : ++failed;
    EXPECT_TRUE(!lost || found.errors.empty()) << "call " << calls << ": " << found.errors[0];
    EXPECT_TRUE(!found.errors.empty() || found.columns.size() == 2) << "call " << calls;
    for (const auto& [seed, columns] : found.columns) {
      EXPECT_EQ(columns, expected.columns.at(seed)) << "call " << calls;
    }
    for (const std::string& error : found.errors) {
      EXPECT_NE(error.find(info.name), std::string::npos) << error;
    }
  }
  EXPECT_GT(recovered, 0U);
  EXPECT_TRUE(lost || failed > 0U);
}

INSTANTIATE_TEST_SUITE_P(Results, GpuCallTest,
                         testing::Values(VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_DEVICE_LOST),
                         [](const auto& param_info) {
                           return param_info.param == VK_ERROR_DEVICE_LOST ? "DeviceLost"
                                                                           : "OutOfMemory";
                         });

}  // namespace
}  // namespace musicgen::lm
