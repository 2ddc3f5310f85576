// The network on a device against the one on the processor: the same bits.

#include "lm/gpu_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "gpu/test_device.h"
#include "lm/cpu_backend.h"
#include "lm/decode_engine.h"
#include "lm/gpu_device.h"
#include "lm/network_backend.h"
#include "lm/tiny_transformer.h"

namespace musicgen::lm {
namespace {

// What a branch of the model is conditioned on: by cross-attention, or in front.
Branch MadeUpBranch(const LmConfig& config, int64_t rows) {
  Branch branch = MadeUpConditions(rows, config.width, 5).branches[0];
  if (!config.cross_attention) std::swap(branch.cross, branch.prefix);
  return branch;
}

class GpuNetworkTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!HasGpu()) GTEST_SKIP() << kNoGpu;
  }
};

TEST_P(GpuNetworkTest, EveryLogitIsTheProcessors) {
  const auto transformer = LoadTinyTransformer({}, GetParam());
  const LmConfig& config = transformer->config();
  ThreadPool pool(2);
  CpuBackend cpu(*transformer, pool);
  const auto gpu = TinyGpuBackend(GetParam());
  const int64_t frames = 90;  // over the edges of pages and of passes
  const CodebookPattern pattern(config.pattern, config.codebooks, frames);
  for (const int64_t rows : {0, 11}) {
    const Branch branch = MadeUpBranch(config, rows);
    const Codes codes = MadeUpCodes(config, frames);
    const std::vector<float> expected = cpu.Score(pattern, codes, branch);
    const std::vector<float> found = gpu->Score(pattern, codes, branch);
    ASSERT_EQ(found.size(), expected.size());
    EXPECT_EQ(std::memcmp(found.data(), expected.data(), found.size() * sizeof(float)), 0);
  }
}

// The columns of one stream, from an audio prompt on.
std::vector<int32_t> Columns(DecodeBackend& backend, const LmConfig& config, bool greedy) {
  DecodeEngine engine(backend, 5);
  Conditions conditions;
  conditions.branches = {MadeUpBranch(config, 7), MadeUpBranch(config, 0)};
  const ConditionsHandle handle = engine.Prepare(conditions);
  while (handle->rows_left() > 0) engine.Tick();
  StreamSpec spec;
  spec.conditions = handle;
  spec.pattern = CodebookPattern(config.pattern, config.codebooks, 14);
  spec.prompt = MadeUpCodes(config, 6);
  spec.sampling.greedy = greedy;
  spec.sampling.top_p = greedy ? 0.0 : 0.9;
  spec.seed = 11;
  engine.Join(std::move(spec));
  std::vector<int32_t> codes;
  while (engine.busy()) {
    for (const SampledColumn& column : engine.Tick().columns) {
      codes.insert(codes.end(), column.codes.begin(), column.codes.end());
    }
  }
  return codes;
}

TEST_P(GpuNetworkTest, EveryCodeIsTheProcessors) {
  const auto transformer = LoadTinyTransformer({}, GetParam());
  ThreadPool pool(2);
  CpuBackend cpu(*transformer, pool);
  const auto gpu = TinyGpuBackend(GetParam());
  for (const bool greedy : {false, true}) {
    const std::vector<int32_t> expected = Columns(cpu, transformer->config(), greedy);
    EXPECT_FALSE(expected.empty());
    EXPECT_EQ(Columns(*gpu, transformer->config(), greedy), expected);
  }
}

TEST(GpuNetworkFormatTest, EveryLogitIsTheProcessorsAtEveryPrecision) {
  if (!HasGpu()) GTEST_SKIP() << kNoGpu;
  using kernels::WeightFormat;
  ThreadPool pool(2);
  for (const Formats& formats : {Formats{WeightFormat::kF16, WeightFormat::kF32},
                                 Formats{WeightFormat::kBF16, WeightFormat::kBF16},
                                 Formats{WeightFormat::kQ8, WeightFormat::kQ8},
                                 Formats{WeightFormat::kQ4, WeightFormat::kQ8}}) {
    const auto transformer = LoadTinyTransformer(formats);
    const LmConfig& config = transformer->config();
    CpuBackend cpu(*transformer, pool);
    const auto gpu = TinyGpuBackend("hf-tiny-mono", formats);
    const CodebookPattern pattern(config.pattern, config.codebooks, 70);
    const Codes codes = MadeUpCodes(config, 70);
    const std::vector<float> expected = cpu.Score(pattern, codes, MadeUpBranch(config, 11));
    const std::vector<float> found = gpu->Score(pattern, codes, MadeUpBranch(config, 11));
    ASSERT_EQ(found.size(), expected.size());
    EXPECT_EQ(std::memcmp(found.data(), expected.data(), found.size() * sizeof(float)), 0)
        << kernels::FormatName(formats.weights);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, GpuNetworkTest,
                         testing::Values("hf-tiny-mono", "hf-tiny-stereo", "hf-tiny-melody",
                                         "hf-tiny-melody-stereo"),
                         [](const auto& param_info) {
                           std::string name = param_info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// More rows than one pass has: a step of several.
TEST(GpuStepTest, StreamsOfSeveralPassesGetTheProcessorsCodes) {
  if (!HasGpu()) GTEST_SKIP() << kNoGpu;
  ThreadPool pool(2);
  const auto transformer = LoadTinyTransformer();
  const LmConfig& config = transformer->config();
  CpuBackend cpu(*transformer, pool);
  const auto gpu = TinyGpuBackend("hf-tiny-mono");
  const auto columns = [&](DecodeBackend& backend) {
    const ConditionsHandle conditions = backend.Prepare(MadeUpConditions(3, config.width, 1));
    backend.PassConditions(*conditions, 3);
    StreamSpec spec;
    spec.conditions = conditions;
    spec.pattern = CodebookPattern(config.pattern, config.codebooks, 2);
    std::vector<StreamId> streams;
    for (spec.seed = 0; spec.seed < 45; ++spec.seed) {
      spec.guidance = {spec.seed % 4 == 0 ? 1.0 : 3.0};
      streams.push_back(backend.Admit(spec));
    }
    for (int64_t step = 1; step < spec.pattern.steps(); ++step) backend.Step(streams, std::nullopt);
    std::vector<std::vector<int32_t>> all;
    for (const SampledColumn& column : backend.Collect(true).columns) all.push_back(column.codes);
    for (const StreamId stream : streams) backend.Release(stream);
    return all;
  };
  const auto expected = columns(cpu);
  EXPECT_EQ(expected.size(), 45U * 5U);
  EXPECT_EQ(columns(*gpu), expected);
}

// Calls of the device so far.
int waits = 0, recordings = 0;
PFN_vkWaitForFences wait_for_fences = nullptr;
PFN_vkBeginCommandBuffer begin_commands = nullptr;

void CountCalls(gpu::Functions& functions) {
  if (functions.vkWaitForFences == nullptr) return;  // of the instance
  wait_for_fences = functions.vkWaitForFences;
  begin_commands = functions.vkBeginCommandBuffer;
  functions.vkWaitForFences = [](auto... arguments) {
    ++waits;
    return wait_for_fences(arguments...);
  };
  functions.vkBeginCommandBuffer = [](auto... arguments) {
    ++recordings;
    return begin_commands(arguments...);
  };
}

TEST(GpuStepTest, TheHostRunsAheadAndRecordsAStepOnce) {
  if (!HasGpu()) GTEST_SKIP() << kNoGpu;
  auto device = std::make_shared<gpu::Device>(gpu::Instance::Open({.replace = CountCalls}),
                                              gpu::ListDevices().front());
  device->set_arithmetic(gpu::TestDevice().arithmetic());
  ThreadPool pool(2);
  NetworkBackend backend(WithTinyModel("hf-tiny-mono", [&](const auto& sizes, const auto& tensors) {
    return std::make_shared<GpuNetwork>(device, pool, sizes, tensors, "decoder.", Formats{});
  }));
  const auto transformer = LoadTinyTransformer();
  StreamSpec spec;
  spec.conditions = backend.Prepare(Conditions::Cross({}));
  spec.pattern =
      CodebookPattern(transformer->config().pattern, transformer->config().codebooks, 40);
  const StreamId stream = backend.Admit(spec);
  const auto step = [&](int times) {
    for (int i = 0; i < times; ++i) backend.Step({&stream, 1}, std::nullopt);
  };
  waits = 0;
  step(4);
  EXPECT_EQ(waits, 0);
  step(1);
  EXPECT_EQ(waits, 1);
  step(7);  // every slot of inputs has had its turn
  const int recorded = recordings;
  step(20);
  EXPECT_EQ(recordings, recorded);
  EXPECT_EQ(backend.Collect(true).columns.size(), 32U);
  backend.Release(stream);
}

TEST(GpuPagesTest, PagesComeBackAfterAThousandStreams) {
  if (!HasGpu()) GTEST_SKIP() << kNoGpu;
  const auto backend = TinyGpuBackend("hf-tiny-mono");
  const int64_t before = FreeGpuPages("hf-tiny-mono");
  const auto transformer = LoadTinyTransformer();
  const LmConfig& config = transformer->config();
  const ConditionsHandle conditions = backend->Prepare(MadeUpConditions(3, config.width, 1));
  backend->PassConditions(*conditions, 3);
  std::vector<StreamId> streams;
  size_t refused = 0;
  for (int i = 0; i < 1000; ++i) {
    StreamSpec spec;
    spec.conditions = conditions;
    spec.pattern = CodebookPattern(config.pattern, config.codebooks, 100 + i % 700);
    try {
      streams.push_back(backend->Admit(std::move(spec)));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kOutOfMemory);
      ++refused;
      ASSERT_FALSE(streams.empty());
    }
    if (streams.size() > 30 || refused > 0) {
      backend->Release(streams.front());
      streams.erase(streams.begin());
    }
  }
  EXPECT_GT(refused, 0U);
  for (const StreamId stream : streams) backend->Release(stream);
  EXPECT_EQ(FreeGpuPages("hf-tiny-mono"), before - 1);  // the conditions' own
}

}  // namespace
}  // namespace musicgen::lm
