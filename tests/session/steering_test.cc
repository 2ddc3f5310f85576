// Steering against a reference of our own: the transformer fed row by row, its conditions swapped
// at a step while keys and values of the past stay.

#include <gtest/gtest.h>

#include <functional>

#include "lm/guidance.h"
#include "lm/transformer.h"
#include "session/schedule_fixture.h"

namespace musicgen::session {
namespace {

constexpr double kCfgCoef = 3.0;

// A guided, greedy window: [K, T] of `pattern`, of which the prompt is given. `conditions_at` says
// what step n (0 is the first that samples) is conditioned on.
class Reference {
 public:
  Reference(Schedule& schedule, const lm::CodebookPattern& pattern)
      : transformer_(schedule.stages().transformer()),
        pool_(schedule.stages().pool()),
        pattern_(pattern) {}

  Codes Greedy(const Codes& prompt,
               const std::function<const Conditions&(int64_t step)>& conditions_at) {
    const lm::LmConfig& config = transformer_.config();
    const int64_t size = config.codebook_size, first = pattern_.FirstStep(prompt.frames);
    Codes sequence = pattern_.Build(prompt, config.special_token(), -1);
    std::vector<nn::KvCache> caches;
    for (int branch = 0; branch < 2; ++branch) {
      caches.push_back(transformer_.NewCache(PrefixRows(conditions_at(0)) + pattern_.steps() - 1));
    }
    for (int64_t step = first; step < pattern_.steps(); ++step) {
      const Conditions& conditions = conditions_at(step - first);
      const int64_t prefix = PrefixRows(conditions);
      std::vector<std::vector<float>> logits;
      for (size_t branch = 0; branch < 2; ++branch) {
        logits.emplace_back(static_cast<size_t>(config.codebooks * size));
        // The first step passes all that lies before it.
        for (int64_t p = step == first ? 0 : prefix + step - 1; p < prefix + step; ++p) {
          Pass(conditions.branches[branch], sequence, caches[branch], p, logits[branch].data());
        }
      }
      std::vector<float> guided(logits[0].size());
      lm::Guide(std::vector<const float*>{logits[0].data(), logits[1].data()}, {kCfgCoef},
                static_cast<int64_t>(guided.size()), guided.data());
      for (int64_t k = 0; k < config.codebooks; ++k) {
        const auto row = guided.begin() + k * size;
        if (sequence.at(k, step) == -1) {
          sequence.at(k, step) = static_cast<int32_t>(std::max_element(row, row + size) - row);
        }
      }
    }
    return pattern_.Revert(sequence);
  }

 private:
  static int64_t PrefixRows(const Conditions& conditions) {
    return conditions.branches[0].prefix.rows;
  }

  void Pass(const Branch& branch, const Codes& sequence, nn::KvCache& cache, int64_t position,
            float* logits) {
    lm::CrossCache cross;
    lm::TransformerRow row;
    row.cache = &cache;
    row.position = position;
    row.logits = logits;
    if (branch.cross.rows > 0) {
      cross = transformer_.NewCross(branch.cross.rows);
      transformer_.PassCross(pool_, branch.cross.values.data(), {0, cross.rows}, cross);
      row.cross = &cross;
    }
    if (position < branch.prefix.rows) {
      row.vector = branch.prefix.values.data() + position * branch.prefix.width;
    } else {
      row.tokens = sequence.values.data() + (position - branch.prefix.rows);
      row.token_stride = sequence.frames;
    }
    transformer_.Forward(pool_, {&row, 1}, scratch_);
  }

  const lm::Transformer& transformer_;
  ThreadPool& pool_;
  lm::CodebookPattern pattern_;
  lm::Transformer::Scratch scratch_;
};

lm::CodebookPattern PatternOf(Schedule& schedule, int64_t frames) {
  const lm::LmConfig& config = schedule.stages().files().lm;
  return {config.pattern, config.codebooks, frames};
}

Steering NewPrompt(const char* prompt, int64_t step) {
  Steering steering;
  steering.prompt = prompt;
  steering.at_step = step;
  return steering;
}

class SteeringTest : public testing::TestWithParam<size_t> {};

TEST_P(SteeringTest, ModelsWithCrossAttentionFollowFromTheStepOn) {
  for (const int64_t step : {0, 1, 37, 100}) {
    Schedule schedule("hf-tiny-mono", GetParam());
    const GenerationRequest request = Greedy(kPrompts[0], 2.4, kCfgCoef);
    const auto conditions_of = [&](const char* prompt) {
      GenerationRequest other = request;
      other.prompt = prompt;
      const generate::Sample sample =
          schedule.pipeline().Prepare(schedule.stages().pool(), {&other, 1})[0];
      return schedule.pipeline().ConditionsAt(schedule.stages().pool(), sample, 0, {});
    };
    const Conditions a = conditions_of(kPrompts[0]), b = conditions_of(kPrompts[1]);
    const Codes expected =
        Reference(schedule, PatternOf(schedule, 120))
            .Greedy(
                Codes(4, 0), [&](int64_t n) -> auto& { return n < step ? a : b; });
    const Codes alone = Reference(schedule, PatternOf(schedule, 120))
                            .Greedy(
                                Codes(4, 0), [&](int64_t) -> auto& { return a; });

    const RequestId id = schedule.Submit(request);
    schedule.scheduler().Steer(id, NewPrompt(kPrompts[1], step));
    schedule.Finish();
    const Outcome& outcome = schedule.outcomes.at(id);
    EXPECT_EQ(outcome.codes.values, expected.values) << "steered at step " << step;
    EXPECT_EQ(outcome.steered, std::vector<int64_t>{step});
    // Up to there it is what it was.
    const int64_t before = std::max<int64_t>(step - 3, 0);
    EXPECT_EQ(outcome.codes.Columns(0, before).values, alone.Columns(0, before).values);
    EXPECT_NE(outcome.codes.values, alone.values);
  }
}

// The new prompt stands in front of the next window; what that window continues is of the old one.
TEST_P(SteeringTest, ModelsConditionedInFrontFollowFromTheNextWindowOn) {
  Schedule schedule("ac-tiny-melody", GetParam());
  GenerationRequest request = Greedy(kPrompts[0], 1.6, kCfgCoef);
  request.params.max_duration_s = 1.0;
  request.params.extend_stride_s = 0.6;
  const auto conditions_of = [&](const char* prompt, int64_t first_frame) {
    GenerationRequest other = request;
    other.prompt = prompt;
    const generate::Sample sample =
        schedule.pipeline().Prepare(schedule.stages().pool(), {&other, 1})[0];
    return schedule.pipeline().ConditionsAt(schedule.stages().pool(), sample, first_frame, {});
  };
  const Conditions a = conditions_of(kPrompts[0], 0), b = conditions_of(kPrompts[1], 30);
  Codes expected = Reference(schedule, PatternOf(schedule, 50))
                       .Greedy(
                           Codes(4, 0), [&](int64_t) -> auto& { return a; });
  const Codes second = Reference(schedule, PatternOf(schedule, 50))
                           .Greedy(
                               expected.Columns(30, 50), [&](int64_t) -> auto& { return b; });
  expected.Append(second.Columns(20, 50));

  const RequestId id = schedule.Submit(request);
  schedule.scheduler().Steer(id, NewPrompt(kPrompts[1], 10));
  schedule.Finish();
  const Outcome& outcome = schedule.outcomes.at(id);
  EXPECT_EQ(outcome.codes.values, expected.values);
  // From the step on with which the next window begins.
  EXPECT_EQ(outcome.steered, std::vector<int64_t>{PatternOf(schedule, 50).steps() - 1});
}

TEST_P(SteeringTest, WithoutAWindowToComeItSaysNever) {
  Schedule schedule("ac-tiny-melody", GetParam());
  const RequestId id = schedule.Submit(Greedy(kPrompts[0], 0.3, kCfgCoef));
  schedule.scheduler().Steer(id, NewPrompt(kPrompts[1], 2));
  schedule.Finish();
  EXPECT_EQ(schedule.outcomes.at(id).end, Event::Kind::kDone);
  EXPECT_EQ(schedule.outcomes.at(id).steered, std::vector<int64_t>{-1});
}

// A long prompt goes through the encoder beside the music, which need not stand still for it; where
// the step is named, it waits.
TEST_P(SteeringTest, LongPromptsComeWhenTheyAreReady) {
  const std::string words(3000, 'w');
  std::vector<std::vector<int32_t>> found;
  for (int repeat = 0; repeat < 2; ++repeat) {
    Schedule schedule("hf-tiny-mono", GetParam());
    const RequestId id = schedule.Submit(Greedy(kPrompts[0], 1.0, kCfgCoef));
    schedule.scheduler().Steer(id, NewPrompt(words.c_str(), 9));
    schedule.Finish();
    EXPECT_EQ(schedule.outcomes.at(id).steered, std::vector<int64_t>{9});
    found.push_back(schedule.outcomes.at(id).codes.values);
  }
  EXPECT_EQ(found[0], found[1]);
  Schedule schedule("hf-tiny-mono", GetParam());
  const RequestId id = schedule.Submit(Greedy(kPrompts[0], 4.0, kCfgCoef));
  Steering soon = NewPrompt(words.c_str(), 0);
  soon.at_step.reset();
  schedule.scheduler().Steer(id, soon);
  schedule.Finish();
  EXPECT_EQ(schedule.outcomes.at(id).end, Event::Kind::kDone);
}

TEST_P(SteeringTest, WhatIsHeldWaitsAndGoesOnAsIfNothingHadBeen) {
  Schedule schedule("hf-tiny-mono", GetParam());
  const GenerationRequest request = Greedy(kPrompts[0], 1.2, kCfgCoef);
  const RequestId free = schedule.Submit(request), held = schedule.Submit(request);
  schedule.scheduler().Hold(held, 0);
  const auto rest = [&] {
    for (int i = 0; i < 2000 && !schedule.scheduler().rests(); ++i) schedule.Step();
    EXPECT_TRUE(schedule.scheduler().rests());
  };
  rest();
  EXPECT_EQ(schedule.outcomes.at(free).end, Event::Kind::kDone);
  EXPECT_EQ(schedule.outcomes.at(held).steps_done, 0);
  schedule.scheduler().Hold(held, 20);
  schedule.Step();
  rest();
  EXPECT_EQ(schedule.outcomes.at(held).steps_done, 20);
  schedule.scheduler().Hold(held, std::nullopt);
  schedule.Finish();
  EXPECT_EQ(schedule.outcomes.at(held).codes.values, schedule.outcomes.at(free).codes.values);
}

INSTANTIATE_TEST_SUITE_P(Devices, SteeringTest, testing::Values(0, 2), [](const auto& param_info) {
  return param_info.param == 0 ? "Cpu" : "Late";
});

}  // namespace
}  // namespace musicgen::session
