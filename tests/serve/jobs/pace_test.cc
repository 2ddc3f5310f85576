// Music without end goes at the pace of its listener, and what else there is to do goes on.

#include <gtest/gtest.h>

#include "serve/jobs/jobs_fixture.h"

namespace musicgen::serve {
namespace {

constexpr double kRateHz = 32000;

double Heard(const Listener& listener) {
  return listener.sound.empty() ? 0 : static_cast<double>(listener.sound[0].size()) / kRateHz;
}

TEST(JobsTest, MusicWithoutEndIsMadeNoFurtherAheadThanItsLead) {
  JobLimits limits;
  limits.live_lead_s = 0.5;
  Jobs jobs({Fixture("hf-tiny-mono")}, limits);
  const auto live = std::make_shared<Listener>(), other = std::make_shared<Listener>();
  const std::string id = jobs.Submit(Order(1, kEndless, true), live);
  ASSERT_TRUE(live->WaitFor([&] { return Heard(*live) > 0; }));
  const auto begin = std::chrono::steady_clock::now();
  jobs.Submit(Order(2, 10), other);  // goes by more than once as fast, held up by nothing
  ASSERT_TRUE(live->WaitFor([&] { return Heard(*live) > 2; }));
  const double passed_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  EXPECT_GT(passed_s, 2 - limits.live_lead_s - 0.6);  // the lead and one piece of sound
  EXPECT_EQ(other->WaitForEnd().state, JobState::kDone);
  jobs.Cancel(id);
  EXPECT_EQ(live->WaitForEnd().state, JobState::kCancelled);
}

}  // namespace
}  // namespace musicgen::serve
