// The engine's promise: what a stream receives depends on its own request alone, on any device.

#include "lm/decode_engine.h"

#include <gtest/gtest.h>

#include <map>
#include <new>
#include <random>

#include "lm/cpu_backend.h"
#include "lm/gpu_device.h"
#include "lm/late_backend.h"
#include "lm/tiny_transformer.h"

namespace musicgen::lm {
namespace {

// A stream as the tests ask for it: its conditions are prepared by the engine that takes it.
struct Request {
  Conditions conditions;
  StreamSpec spec;
};

// The parameter: how many collects late the device's columns come; 0 is the CPU itself, −n the
// first Vulkan device, up to n steps ahead.
class DecodeEngineTest : public testing::TestWithParam<int> {
 protected:
  DecodeEngineTest() : transformer_(LoadTinyTransformer()) {}
  void SetUp() override {
    if (GetParam() < 0 && !HasGpu()) GTEST_SKIP() << kNoGpu;
  }

  std::unique_ptr<DecodeBackend> Backend(ThreadPool& pool) const {
    if (GetParam() < 0) {
      return TinyGpuBackend("hf-tiny-mono", {}, static_cast<size_t>(-GetParam()));
    }
    auto cpu = std::make_unique<CpuBackend>(*transformer_, pool);
    if (GetParam() == 0) return cpu;
    return std::make_unique<LateBackend>(std::move(cpu), static_cast<size_t>(GetParam()));
  }

  Request Spec(int salt, int64_t frames = 12, int64_t prompt_frames = 0) const {
    const LmConfig& config = transformer_->config();
    Request request{MadeUpConditions(3 + salt % 4, config.width, salt), {}};
    StreamSpec& spec = request.spec;
    spec.pattern = CodebookPattern(config.pattern, config.codebooks, frames);
    spec.prompt = Codes(config.codebooks, prompt_frames);
    for (size_t i = 0; i < spec.prompt.values.size(); ++i) {
      spec.prompt.values[i] = static_cast<int32_t>((i * 131 + static_cast<size_t>(salt)) % 2048);
    }
    spec.seed = static_cast<uint64_t>(1000 + salt);
    return request;
  }

  Codes Empty(const Request& request) const {
    const StreamSpec& spec = request.spec;
    return spec.pattern.Build(spec.prompt, transformer_->config().special_token(), -1);
  }

  static ConditionsHandle Prepared(DecodeEngine& engine, const Conditions& conditions) {
    ConditionsHandle handle = engine.Prepare(conditions);
    while (handle->rows_left() > 0) EXPECT_TRUE(engine.Tick().failed_conditions.empty());
    return handle;
  }

  static void Take(const SampledColumn& column, Codes* sequence) {
    for (int64_t k = 0; k < sequence->codebooks; ++k) {
      sequence->at(k, column.step) = column.codes[static_cast<size_t>(k)];
    }
  }

  // Steps all together; request i joins at tick i · `spacing`, or later when its conditions are
  // not passed. Returns the codes of each.
  std::vector<Codes> Run(ThreadPool& pool, const std::vector<Request>& requests,
                         int64_t prompt_rows = 64, int spacing = 0) const {
    const auto backend = Backend(pool);
    DecodeEngine engine(*backend, prompt_rows);
    std::map<StreamId, size_t> index;
    std::vector<Codes> sequences;
    std::vector<ConditionsHandle> handles;
    for (const Request& request : requests) {
      sequences.push_back(Empty(request));
      handles.push_back(engine.Prepare(request.conditions));
    }
    size_t joined = 0;
    for (int tick = 0; joined < requests.size() || engine.busy(); ++tick) {
      while (joined < requests.size() && tick >= static_cast<int>(joined) * spacing &&
             handles[joined]->rows_left() == 0) {
        StreamSpec spec = requests[joined].spec;
        spec.conditions = handles[joined];
        index[engine.Join(std::move(spec))] = joined;
        ++joined;
      }
      for (const SampledColumn& column : engine.Tick().columns) {
        Take(column, &sequences[index.at(column.stream)]);
      }
    }
    std::vector<Codes> codes;
    for (size_t i = 0; i < requests.size(); ++i)
      codes.push_back(requests[i].spec.pattern.Revert(sequences[i]));
    return codes;
  }

  std::vector<int32_t> Alone(const Request& request) const {
    ThreadPool pool(1);
    return Run(pool, {request})[0].values;
  }

  // The codes of a stream that is changed just before it is stepped for the n-th time.
  std::vector<int32_t> Changed(const Request& begin, int64_t step, const StreamChange& change,
                               const Conditions* conditions = nullptr) const {
    ThreadPool pool(2);
    const auto backend = Backend(pool);
    DecodeEngine engine(*backend, 3);
    StreamSpec spec = begin.spec;
    spec.conditions = Prepared(engine, begin.conditions);
    const StreamId id = engine.Join(std::move(spec));
    StreamChange whole = change;
    if (conditions != nullptr) whole.conditions = engine.Prepare(*conditions);
    Codes sequence = Empty(begin);
    for (bool changed = false; engine.busy();) {
      if (!changed && engine.steps(id) == step) {
        // What it changes to is passed while it waits.
        changed = whole.conditions == nullptr || whole.conditions->rows_left() == 0;
        engine.Hold(id, !changed);
        if (changed) engine.Change(id, whole);
      }
      for (const SampledColumn& column : engine.Tick().columns) Take(column, &sequence);
    }
    return begin.spec.pattern.Revert(sequence).values;
  }

  std::unique_ptr<Transformer> transformer_;
};

TEST_P(DecodeEngineTest, CodesAreInRangeAndThePromptStays) {
  const Request request = Spec(1, 12, 5);
  ThreadPool pool(2);
  const Codes codes = Run(pool, {request})[0];
  for (int64_t k = 0; k < codes.codebooks; ++k) {
    for (int64_t t = 0; t < codes.frames; ++t) {
      EXPECT_GE(codes.at(k, t), 0);
      EXPECT_LT(codes.at(k, t), 2048);
      if (t < 5) {
        EXPECT_EQ(codes.at(k, t), request.spec.prompt.at(k, t));
      }
    }
  }
}

TEST_P(DecodeEngineTest, EveryPositionOfABatchGivesTheSameCodes) {
  const Request probe = Spec(42);
  const std::vector<int32_t> expected = Alone(probe);
  ThreadPool pool(2);
  const size_t stride = GetParam() < 0 ? 7 : 1;  // software devices are slow
  for (size_t position = 0; position < 8; position += stride) {
    std::vector<Request> batch;
    for (int i = 0; i < 8; ++i) batch.push_back(Spec(i, 6 + i));
    batch[position] = probe;
    EXPECT_EQ(Run(pool, batch)[position].values, expected) << "position " << position;
  }
}

TEST_P(DecodeEngineTest, ThreadsGiveTheSameCodes) {
  const std::vector<int32_t> expected = Alone(Spec(7));
  for (const int threads : {2, 3}) {
    ThreadPool pool(threads);
    EXPECT_EQ(Run(pool, {Spec(7)})[0].values, expected) << threads << " threads";
  }
}

TEST_P(DecodeEngineTest, PromptChunksGiveTheSameCodes) {
  const Request request = Spec(3, 30, 20);
  const std::vector<int32_t> expected = Alone(request);
  ThreadPool pool(2);
  for (const int64_t rows : {1, 3, 7, 19, 1000}) {
    EXPECT_EQ(Run(pool, {request}, rows)[0].values, expected) << "chunks of " << rows;
  }
}

TEST_P(DecodeEngineTest, JoiningWhileOthersRunChangesNothing) {
  const std::vector<Request> requests = {Spec(1, 14), Spec(2, 9, 6), Spec(3, 20, 11), Spec(4, 5)};
  ThreadPool pool(2);
  const std::vector<Codes> codes = Run(pool, requests, /*prompt_rows=*/2, /*spacing=*/3);
  for (size_t i = 0; i < requests.size(); ++i)
    EXPECT_EQ(codes[i].values, Alone(requests[i])) << "stream " << i;
}

TEST_P(DecodeEngineTest, TwoStepGuidanceGivesTheSameCodes) {
  Request request = Spec(5);
  const std::vector<int32_t> expected = Alone(request);
  request.spec.two_step_cfg = true;
  EXPECT_EQ(Alone(request), expected);
}

TEST_P(DecodeEngineTest, LeavingEarlyFreesTheStreamAndSparesTheOthers) {
  ThreadPool pool(2);
  const auto backend = Backend(pool);
  DecodeEngine engine(*backend);
  const auto join = [&](const Request& request) {
    StreamSpec spec = request.spec;
    spec.conditions = Prepared(engine, request.conditions);
    return engine.Join(std::move(spec));
  };
  const Request kept = Spec(2);
  const StreamId leaver = join(Spec(1)), keeper = join(kept);
  Codes sequence = Empty(kept);
  for (int tick = 0; engine.busy(); ++tick) {
    if (tick == 4) engine.Leave(leaver);
    for (const SampledColumn& column : engine.Tick().columns) {
      EXPECT_TRUE(column.stream == keeper || tick < 4);
      if (column.stream == keeper) Take(column, &sequence);
    }
  }
  EXPECT_EQ(kept.spec.pattern.Revert(sequence).values, Alone(kept));
}

TEST_P(DecodeEngineTest, TheRandomStreamIsKeyedByItsCoordinates) {
  Request request = Spec(9);
  const std::vector<int32_t> first = Alone(request);
  request.spec.take = 1;
  EXPECT_NE(Alone(request), first);
  request.spec.take = 0;
  request.spec.first_frame = 100;
  EXPECT_NE(Alone(request), first);
  request.spec.first_frame = 0;
  EXPECT_EQ(Alone(request), first);
}

// Changing conditions to equal ones changes nothing; a stream that began without a condition takes
// one up later as if its null branch had run all along.
TEST_P(DecodeEngineTest, ConditionsCanBeChangedBetweenSteps) {
  const Request request = Spec(6, 16);
  const std::vector<int32_t> alone = Alone(request);
  EXPECT_EQ(Changed(request, 5, {}, &request.conditions), alone);
  const Conditions other = MadeUpConditions(4, transformer_->config().width, 77);
  EXPECT_NE(Changed(request, 5, {}, &other), alone);
  EXPECT_EQ(Changed(request, 5, {}, &other), Changed(request, 5, {}, &other));
  Request unconditional = request;
  unconditional.conditions = Conditions::Cross({});
  EXPECT_EQ(Changed(unconditional, 0, {}, &request.conditions), alone);
}

// A null branch that guidance calls for later has all of the past.
TEST_P(DecodeEngineTest, GuidanceAndSamplingCanBeChangedBetweenSteps) {
  const Request guided = Spec(8, 16, 2);
  Request plain = guided;
  plain.spec.guidance = {1.0};
  const std::vector<int32_t> alone = Alone(guided);
  EXPECT_EQ(Changed(plain, 0, {nullptr, {}, GuidanceCoefs{3.0}}), alone);
  EXPECT_EQ(Changed(guided, 7, {nullptr, {}, GuidanceCoefs{3.0}}), alone);
  EXPECT_NE(Changed(plain, 7, {nullptr, {}, GuidanceCoefs{3.0}}), alone);
  EXPECT_NE(Changed(plain, 7, {nullptr, {}, GuidanceCoefs{3.0}}), Alone(plain));
  Request greedy = guided;
  greedy.spec.sampling.greedy = true;
  EXPECT_EQ(Changed(guided, 0, {nullptr, greedy.spec.sampling, {}}), Alone(greedy));
}

INSTANTIATE_TEST_SUITE_P(Devices, DecodeEngineTest, testing::Values(0, 1, 3, -1, -4),
                         [](const auto& param_info) {
                           const int param = param_info.param;
                           if (param == 0) return std::string("Cpu");
                           return (param < 0 ? "Gpu" : "Late") + std::to_string(std::abs(param));
                         });

class FaultTest : public DecodeEngineTest {
 protected:
  FaultTest()
      : device_(std::make_unique<CpuBackend>(*transformer_, pool_), 1), engine_(device_, 4) {}

  std::vector<StreamId> Join(const std::vector<Request>& requests) {
    std::vector<StreamSpec> specs;
    for (const Request& request : requests) {
      specs.push_back(request.spec);
      specs.back().conditions = Prepared(engine_, request.conditions);
    }
    std::vector<StreamId> streams;
    for (StreamSpec& spec : specs) streams.push_back(engine_.Join(std::move(spec)));
    return streams;
  }
  // The next call of this name throws.
  void FailNext(const std::string& name, int times = 1) {
    device_.fault = [name, left = times](const char* call) mutable {
      if (call == name && left > 0) {
        --left;
        throw std::bad_alloc();
      }
    };
  }

  ThreadPool pool_{2};
  LateBackend device_;
  DecodeEngine engine_;
};

TEST_P(FaultTest, AStepThatFailsOnceIsMadeAgain) {
  const Request a = Spec(1), b = Spec(2);
  const StreamId first = Join({a, b})[0];
  Codes sequence = Empty(a);
  for (int tick = 0; engine_.busy(); ++tick) {
    if (tick == 5) FailNext("step");  // both together; each alone then succeeds
    const Ticked ticked = engine_.Tick();
    EXPECT_TRUE(ticked.failed.empty());
    for (const SampledColumn& column : ticked.columns) {
      if (column.stream == first) Take(column, &sequence);
    }
  }
  EXPECT_EQ(a.spec.pattern.Revert(sequence).values, Alone(a));
}

TEST_P(FaultTest, AStreamThatCannotGoOnFailsAlone) {
  const Request a = Spec(1), b = Spec(2);
  const std::vector<StreamId> streams = Join({a, b});
  const StreamId first = streams[0], second = streams[1];
  Codes sequence = Empty(b);
  std::vector<FailedStream> failed;
  for (int tick = 0; engine_.busy(); ++tick) {
    if (tick == 5) FailNext("step", 2);  // together, and the first one alone
    const Ticked ticked = engine_.Tick();
    failed.insert(failed.end(), ticked.failed.begin(), ticked.failed.end());
    for (const SampledColumn& column : ticked.columns) {
      if (column.stream == second) Take(column, &sequence);
    }
  }
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].stream, first);
  EXPECT_EQ(failed[0].error.code(), ErrorCode::kOutOfMemory);
  EXPECT_EQ(b.spec.pattern.Revert(sequence).values, Alone(b));
}

TEST_P(FaultTest, APromptOrConditionsThatCannotPassFailAlone) {
  const Request request = Spec(3, 12, 6);
  const StreamId stream = Join({request})[0];
  FailNext("prompt");
  const Ticked ticked = engine_.Tick();
  ASSERT_EQ(ticked.failed.size(), 1U);
  EXPECT_EQ(ticked.failed[0].stream, stream);
  EXPECT_FALSE(engine_.busy());

  const ConditionsHandle handle = engine_.Prepare(request.conditions);
  FailNext("conditions");
  const Ticked next = engine_.Tick();
  ASSERT_EQ(next.failed_conditions.size(), 1U);
  EXPECT_EQ(next.failed_conditions[0].conditions, handle);
  EXPECT_FALSE(engine_.busy());
}

INSTANTIATE_TEST_SUITE_P(Devices, FaultTest, testing::Values(1));

// Weights that are no numbers: the stream ends with an error, not with codes.
void ExpectTheBrokenOneFails(DecodeBackend& backend, const LmConfig& config) {
  DecodeEngine engine(backend);
  Conditions broken = MadeUpConditions(3, config.width, 1);
  broken.branches[0].cross.values[5] = NAN;
  std::vector<ConditionsHandle> handles = {engine.Prepare(std::move(broken)),
                                           engine.Prepare(MadeUpConditions(3, config.width, 2))};
  while (engine.busy()) engine.Tick();
  std::vector<StreamId> streams;
  for (const ConditionsHandle& handle : handles) {
    StreamSpec spec;
    spec.pattern = CodebookPattern(config.pattern, config.codebooks, 8);
    spec.conditions = handle;
    streams.push_back(engine.Join(std::move(spec)));
  }
  const StreamId bad = streams[0], good = streams[1];
  std::vector<FailedStream> failed;
  size_t columns = 0;
  while (engine.busy()) {
    const Ticked ticked = engine.Tick();
    failed.insert(failed.end(), ticked.failed.begin(), ticked.failed.end());
    for (const SampledColumn& column : ticked.columns) columns += column.stream == good;
  }
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].stream, bad);
  EXPECT_EQ(failed[0].error.code(), ErrorCode::kFailure);
  EXPECT_EQ(columns, 8U + 3U);
}

TEST(BrokenModelTest, PredictionsThatAreNoNumbersFail) {
  const auto transformer = LoadTinyTransformer();
  ThreadPool pool(2);
  CpuBackend backend(*transformer, pool);
  ExpectTheBrokenOneFails(backend, transformer->config());
}

TEST(BrokenModelTest, PredictionsThatAreNoNumbersFailOnADeviceThatRunsAhead) {
  if (!HasGpu()) GTEST_SKIP() << kNoGpu;
  const auto transformer = LoadTinyTransformer();
  ExpectTheBrokenOneFails(*TinyGpuBackend("hf-tiny-mono"), transformer->config());
}

}  // namespace
}  // namespace musicgen::lm
