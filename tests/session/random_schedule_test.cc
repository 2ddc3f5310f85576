// Whatever is submitted, cancelled, steered and fails around a request: if it ends, it has the
// codes and the sound that it has alone, with the same steering.

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <random>

#include "gpu/has_device.h"
#include "session/schedule_fixture.h"

namespace musicgen::session {
namespace {

struct Script {
  GenerationRequest request;
  RequestOptions options;
  std::vector<Steering> steerings;
};

Steering At(int64_t step) {
  Steering steering;
  steering.at_step = step;
  return steering;
}

std::vector<Script> Scripts() {
  std::vector<Script> scripts;
  for (int i = 0; i < 10; ++i) {
    Script script;
    GenerationRequest& request = script.request;
    if (i != 3) request.prompt = std::string(kPrompts[i % 2]) + std::string(size_t(i) * 30, 'a');
    request.params.seed = static_cast<uint64_t>(i);
    request.params.duration_s = 0.1 + 0.06 * i;
    if (i == 4) request.params.cfg_coef = 1.0;
    if (i == 5) request.params.use_sampling = false;
    if (i >= 6) {  // in windows
      request.params.max_duration_s = 0.3;
      request.params.extend_stride_s = 0.16;
    }
    if (i % 3 == 1) {
      Waveform prompt(32000, 1, 3 * 640);
      for (size_t n = 0; n < prompt.values.size(); ++n) {
        prompt.values[n] = 0.3f * std::sin(0.05f * static_cast<float>(n));
      }
      request.audio_prompt = prompt;
    }
    script.options.stream_audio = i % 2 == 0;
    script.options.decode_audio = false;
    script.options.progress = i % 4 == 0;
    if (i % 2 == 1) {
      script.steerings = {At(2), At(7)};
      script.steerings[0].prompt = i == 9 ? std::string(300, 'z') : "a slow waltz";
      script.steerings[1].cfg_coef = i == 7 ? 1.0 : 2.0;
      script.steerings[1].temperature = 0.8;
    }
    if (i == 8) {
      script.steerings = {At(0), At(4)};
      script.steerings[0].cfg_coef = 1.0;
      script.steerings[1].cfg_coef = 3.0;
      script.steerings[1].top_k = 5;
    }
    scripts.push_back(std::move(script));
  }
  return scripts;
}

// Sanitized builds are many times slower; the long tier gives them the whole number too.
#if defined(MUSICGEN_SANITIZED)
constexpr int kRounds = 30;
#else
constexpr int kRounds = 1000;
#endif

int Rounds() {
  const char* text = std::getenv("MUSICGEN_SCHEDULES");
  return text != nullptr ? std::atoi(text) : kRounds;
}

// The parameter: how many collects late the columns come; −n: from the first Vulkan device, n steps
// ahead, for few rounds, since software devices are slow.
constexpr int kGpuRounds = 8;

class RandomScheduleTest : public testing::TestWithParam<int> {};

TEST_P(RandomScheduleTest, EveryRequestThatEndsIsAsItIsAlone) {
  const bool on_gpu = GetParam() < 0;
  if (on_gpu && !gpu::HasTestDevice()) GTEST_SKIP() << "no Vulkan device";
  const int rounds = on_gpu ? kGpuRounds : GetParam() == 0 ? Rounds() : Rounds() / 4;
  const std::vector<Script> scripts = Scripts();
  std::vector<Outcome> alone;
  for (const Script& script : scripts) {
    Schedule schedule("ac-tiny-mono");
    const RequestId id = schedule.Submit(script.request, script.options);
    for (const Steering& steering : script.steerings) schedule.scheduler().Steer(id, steering);
    schedule.Finish();
    alone.push_back(schedule.outcomes.at(id));
    ASSERT_EQ(alone.back().end, Event::Kind::kDone);
    ASSERT_EQ(alone.back().steered.size(), script.steerings.size());
  }

  std::mt19937 random(static_cast<uint32_t>(GetParam()) + 17);
  const auto chance = [&](int one_in) { return random() % static_cast<uint32_t>(one_in) == 0; };
  SchedulerLimits limits;
  limits.streams = 3;
  const auto ahead = static_cast<size_t>(std::abs(GetParam()));
  Schedule schedule("ac-tiny-mono", on_gpu ? 0 : ahead, limits,
                    on_gpu ? std::optional(ahead) : std::nullopt);
  int done = 0, failed = 0;
  for (int round = 0; round < rounds; ++round) {
    const bool faults = chance(3);
    schedule.device.fault = [&](const char*) {
      if (faults && chance(40)) throw std::bad_alloc();
    };
    std::map<RequestId, size_t> running;
    const size_t wanted = 1 + random() % 4;
    size_t submitted = 0;
    for (int steps = 0;; ++steps) {
      while (submitted < wanted && chance(6)) {
        ++submitted;
        const size_t which = random() % scripts.size();
        const RequestId id = schedule.Submit(scripts[which].request, scripts[which].options);
        running[id] = which;
        for (const Steering& steering : scripts[which].steerings) {
          schedule.scheduler().Steer(id, steering);
        }
      }
      if (!running.empty() && chance(30)) {
        schedule.scheduler().Cancel(std::next(running.begin(), random() % running.size())->first);
      }
      if (!schedule.Step() && submitted == wanted) break;
      ASSERT_LT(steps, 100000) << "round " << round << " does not end";
    }
    for (const auto& [id, which] : running) {
      const Outcome& found = schedule.outcomes.at(id);
      const Outcome& expected = alone[which];
      if (found.end == Event::Kind::kDone) {
        ++done;
        EXPECT_EQ(found.codes.values, expected.codes.values) << "round " << round;
        EXPECT_EQ(found.sound, expected.sound) << "round " << round;
        EXPECT_EQ(found.steered, expected.steered) << "round " << round;
      } else if (found.end == Event::Kind::kFailed) {
        ++failed;
        EXPECT_TRUE(faults);
        EXPECT_EQ(found.error, ErrorCode::kOutOfMemory);
      } else {
        ASSERT_EQ(found.end, Event::Kind::kCancelled);
        const int64_t frames = found.codes.frames;
        ASSERT_LE(frames, expected.codes.frames);
        if (frames > 0) {
          EXPECT_EQ(found.codes.values, expected.codes.Columns(0, frames).values);
        }
      }
    }
    if (HasFailure()) return;
    schedule.outcomes.clear();
    EXPECT_EQ(schedule.device.streams(), 0) << "round " << round;
    EXPECT_EQ(schedule.scheduler().reserved_bytes(), 0U);
  }
  EXPECT_GT(done, rounds / 4);
  if (rounds >= 300) {  // of few, by chance none fails
    EXPECT_GT(failed, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, RandomScheduleTest,
                         testing::Values(0, 1, 2, 3, 4, -1, -2, -3, -4),
                         [](const auto& param_info) {
                           const int param = param_info.param;
                           if (param == 0) return std::string("Cpu");
                           return (param < 0 ? "Gpu" : "Late") + std::to_string(std::abs(param));
                         });

}  // namespace
}  // namespace musicgen::session
