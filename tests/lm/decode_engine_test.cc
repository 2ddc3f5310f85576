// The engine's promise: what a stream receives depends on its own request alone.

#include "lm/decode_engine.h"

#include <gtest/gtest.h>

#include <map>

#include "lm/cpu_backend.h"
#include "lm/tiny_decoder.h"

namespace musicgen::lm {
namespace {

class DecodeEngineTest : public testing::Test {
 protected:
  DecodeEngineTest() : decoder_(LoadTinyDecoder()) {}

  StreamSpec Spec(int salt, int64_t frames = 12, int64_t prompt_frames = 0) const {
    const LmConfig& config = decoder_->config();
    StreamSpec spec;
    spec.conditions = MadeUpConditions(3 + salt % 4, config.width, salt);
    spec.pattern = CodebookPattern(config.pattern, config.codebooks, frames);
    spec.prompt = Codes(config.codebooks, prompt_frames);
    for (size_t i = 0; i < spec.prompt.values.size(); ++i) {
      spec.prompt.values[i] = static_cast<int32_t>((i * 131 + static_cast<size_t>(salt)) % 2048);
    }
    spec.seed = static_cast<uint64_t>(1000 + salt);
    return spec;
  }

  // Steps all specs together; spec i joins at tick i · `spacing`. Returns the codes of each.
  std::vector<Codes> Run(ThreadPool& pool, const std::vector<StreamSpec>& specs,
                         int64_t prompt_rows = 64, int spacing = 0) const {
    DecodeEngine engine(std::make_unique<CpuBackend>(*decoder_, pool), prompt_rows);
    std::map<StreamId, size_t> index;
    std::vector<Codes> sequences;
    for (const StreamSpec& spec : specs) {
      sequences.push_back(
          spec.pattern.Build(spec.prompt.frames ? spec.prompt : Codes(spec.pattern.codebooks(), 0),
                             decoder_->config().special_token(), -1));
    }
    size_t joined = 0;
    for (int tick = 0; joined < specs.size() || engine.busy(); ++tick) {
      while (joined < specs.size() && tick >= static_cast<int>(joined) * spacing) {
        index[engine.Join(specs[joined])] = joined;
        ++joined;
      }
      for (const SampledColumn& column : engine.Tick()) {
        Codes& sequence = sequences[index.at(column.stream)];
        for (int64_t k = 0; k < sequence.codebooks; ++k) {
          sequence.at(k, column.step) = column.codes[static_cast<size_t>(k)];
        }
      }
    }
    std::vector<Codes> codes;
    for (size_t i = 0; i < specs.size(); ++i)
      codes.push_back(specs[i].pattern.Revert(sequences[i]));
    return codes;
  }

  std::vector<int32_t> Alone(const StreamSpec& spec) const {
    ThreadPool pool(1);
    return Run(pool, {spec})[0].values;
  }

  std::unique_ptr<Decoder> decoder_;
};

TEST_F(DecodeEngineTest, CodesAreInRangeAndThePromptStays) {
  const StreamSpec spec = Spec(1, 12, 5);
  ThreadPool pool(2);
  const Codes codes = Run(pool, {spec})[0];
  for (int64_t k = 0; k < codes.codebooks; ++k) {
    for (int64_t t = 0; t < codes.frames; ++t) {
      EXPECT_GE(codes.at(k, t), 0);
      EXPECT_LT(codes.at(k, t), 2048);
      if (t < 5) {
        EXPECT_EQ(codes.at(k, t), spec.prompt.at(k, t));
      }
    }
  }
}

TEST_F(DecodeEngineTest, EveryPositionOfABatchGivesTheSameCodes) {
  const StreamSpec probe = Spec(42);
  const std::vector<int32_t> expected = Alone(probe);
  ThreadPool pool(2);
  for (size_t position = 0; position < 8; ++position) {
    std::vector<StreamSpec> batch;
    for (int i = 0; i < 8; ++i) batch.push_back(Spec(i, 6 + i));
    batch[position] = probe;
    EXPECT_EQ(Run(pool, batch)[position].values, expected) << "position " << position;
  }
}

TEST_F(DecodeEngineTest, ThreadsGiveTheSameCodes) {
  const std::vector<int32_t> expected = Alone(Spec(7));
  for (const int threads : {2, 3}) {
    ThreadPool pool(threads);
    EXPECT_EQ(Run(pool, {Spec(7)})[0].values, expected) << threads << " threads";
  }
}

TEST_F(DecodeEngineTest, PromptChunksGiveTheSameCodes) {
  const StreamSpec spec = Spec(3, 30, 20);
  const std::vector<int32_t> expected = Alone(spec);
  ThreadPool pool(2);
  for (const int64_t rows : {1, 3, 7, 19, 1000}) {
    EXPECT_EQ(Run(pool, {spec}, rows)[0].values, expected) << "chunks of " << rows;
  }
}

TEST_F(DecodeEngineTest, JoiningWhileOthersRunChangesNothing) {
  const std::vector<StreamSpec> specs = {Spec(1, 14), Spec(2, 9, 6), Spec(3, 20, 11), Spec(4, 5)};
  ThreadPool pool(2);
  const std::vector<Codes> codes = Run(pool, specs, /*prompt_rows=*/4, /*spacing=*/3);
  for (size_t i = 0; i < specs.size(); ++i)
    EXPECT_EQ(codes[i].values, Alone(specs[i])) << "stream " << i;
}

TEST_F(DecodeEngineTest, TwoStepGuidanceGivesTheSameCodes) {
  StreamSpec spec = Spec(5);
  const std::vector<int32_t> expected = Alone(spec);
  spec.two_step_cfg = true;
  EXPECT_EQ(Alone(spec), expected);
}

TEST_F(DecodeEngineTest, LeavingEarlyFreesTheStreamAndSparesTheOthers) {
  ThreadPool pool(2);
  DecodeEngine engine(std::make_unique<CpuBackend>(*decoder_, pool));
  const StreamId leaver = engine.Join(Spec(1));
  const StreamSpec kept = Spec(2);
  const StreamId keeper = engine.Join(kept);
  Codes sequence = kept.pattern.Build(Codes(4, 0), 2048, -1);
  for (int tick = 0; engine.busy(); ++tick) {
    if (tick == 4) engine.Leave(leaver);
    for (const SampledColumn& column : engine.Tick()) {
      EXPECT_TRUE(column.stream == keeper || tick < 4);
      if (column.stream != keeper) continue;
      for (int64_t k = 0; k < 4; ++k)
        sequence.at(k, column.step) = column.codes[static_cast<size_t>(k)];
    }
  }
  EXPECT_EQ(kept.pattern.Revert(sequence).values, Alone(kept));
}

TEST_F(DecodeEngineTest, TheRandomStreamIsKeyedByItsCoordinates) {
  StreamSpec spec = Spec(9);
  const std::vector<int32_t> first = Alone(spec);
  spec.take = 1;
  EXPECT_NE(Alone(spec), first);
  spec.take = 0;
  spec.first_frame = 100;
  EXPECT_NE(Alone(spec), first);
  spec.first_frame = 0;
  EXPECT_EQ(Alone(spec), first);
}

// Replacing conditions by equal ones changes nothing; a stream that began without a condition takes
// one up later as if its null half had run all along.
TEST_F(DecodeEngineTest, ConditionsCanBeReplacedBetweenSteps) {
  const StreamSpec spec = Spec(6, 16);
  const auto run = [&](StreamSpec begin, int replace_at, const Conditions& conditions) {
    ThreadPool pool(2);
    DecodeEngine engine(std::make_unique<CpuBackend>(*decoder_, pool));
    const CodebookPattern pattern = begin.pattern;
    Codes sequence = pattern.Build(Codes(4, 0), 2048, -1);
    const StreamId id = engine.Join(std::move(begin));
    for (int tick = 0; engine.busy(); ++tick) {
      if (tick == replace_at) engine.ReplaceConditions(id, conditions);
      for (const SampledColumn& column : engine.Tick()) {
        for (int64_t k = 0; k < 4; ++k)
          sequence.at(k, column.step) = column.codes[static_cast<size_t>(k)];
      }
    }
    return pattern.Revert(sequence).values;
  };
  EXPECT_EQ(run(spec, 5, spec.conditions), Alone(spec));
  EXPECT_NE(run(spec, 5, MadeUpConditions(4, decoder_->config().width, 77)), Alone(spec));
  StreamSpec unconditional = spec;
  unconditional.conditions = {};
  EXPECT_EQ(run(unconditional, 0, spec.conditions), Alone(spec));
}

}  // namespace
}  // namespace musicgen::lm
