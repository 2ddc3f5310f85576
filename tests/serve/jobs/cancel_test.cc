// Jobs that nobody wants any more leave nothing behind.

#include <malloc.h>

#include <algorithm>
#include <random>
#include <thread>

#include "serve/jobs/jobs_fixture.h"

namespace musicgen::serve {
namespace {

int64_t HeapBytes() {
  const auto heap = mallinfo2();
  return static_cast<int64_t>(heap.uordblks + heap.hblkhd);
}

bool IsLong() {
  const char* value = std::getenv("MUSICGEN_LONG_TESTS");
  return value != nullptr && std::string(value) != "0" && *value != '\0';
}

TEST(JobsTest, CancelsAtRandomMomentsAndKeepsNoMemory) {
  JobLimits limits;
  limits.parallel = 4;
  limits.queue = 8;
  limits.kept_jobs = 20;
  Jobs jobs({Fixture("hf-tiny-mono")}, limits);
  std::mt19937 random(1);
  const int rounds = IsLong() ? 4000 : 500;  // of 2.5 jobs
  int64_t early = 0, late = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::pair<std::string, std::shared_ptr<Listener>>> open;
    const size_t together = 1 + random() % 4;
    for (size_t i = 0; i < together; ++i) {
      const double duration_s = random() % 3 == 0 ? kEndless : 0.1 + 0.1 * double(random() % 10);
      const auto listener = std::make_shared<Listener>();
      open.emplace_back(jobs.Submit(Order(random(), duration_s, duration_s == kEndless), listener),
                        listener);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 8000));
    for (const auto& [id, listener] : open) EXPECT_TRUE(jobs.Cancel(id));
    for (const auto& [id, listener] : open) {
      const JobStatus end = listener->WaitForEnd();
      EXPECT_TRUE(end.state == JobState::kCancelled || end.state == JobState::kDone);
    }
    int64_t& most = round < rounds / 2 ? early : late;
    most = std::max(most, HeapBytes());
  }
  EXPECT_EQ(jobs.counts().running + jobs.counts().queued, 0);
#ifndef MUSICGEN_SANITIZED
  EXPECT_LE(double(late), 1.01 * double(early) + 100e3);
#endif
}

// Cancels its job from a call between two steps.
class Canceller : public Listener {
 public:
  explicit Canceller(Jobs& jobs) : jobs_(jobs) {}
  void Started(const JobStatus& status) override {
    id_ = status.id;
    Listener::Started(status);
  }
  void Sound(int take, const Waveform& chunk) override {
    Listener::Sound(take, chunk);
    steps_done = jobs_.Status(id_)->steps_done;
    EXPECT_TRUE(jobs_.Cancel(id_));
  }
  int64_t steps_done = 0;

 private:
  Jobs& jobs_;
  std::string id_;
};

TEST(JobsTest, FreesThePlaceWithinOneStep) {
  JobLimits limits;
  limits.parallel = 1;
  Jobs jobs({Fixture("hf-tiny-mono")}, limits);
  const auto endless = std::make_shared<Canceller>(jobs);
  const auto next = std::make_shared<Listener>();
  const std::string id = jobs.Submit(Order(1, kEndless, true), endless);
  jobs.Submit(Order(2, 0.2), next);
  const JobStatus end = endless->WaitForEnd();
  EXPECT_EQ(end.state, JobState::kCancelled);
  EXPECT_GT(end.steps_done, 0);
  EXPECT_EQ(end.steps_done, endless->steps_done);  // none after the call
  EXPECT_EQ(next->WaitForEnd().state, JobState::kDone);
  EXPECT_TRUE(jobs.Cancel(id));
  EXPECT_FALSE(jobs.Cancel("0123"));
}

TEST(JobsTest, LeavingCancelsWhatIsLeft) {
  const auto running = std::make_shared<Listener>(), waiting = std::make_shared<Listener>();
  {
    JobLimits limits;
    limits.parallel = 1;
    Jobs jobs({Fixture("hf-tiny-mono")}, limits);
    jobs.Submit(Order(1, kEndless, true), running);
    ASSERT_TRUE(running->WaitFor([&] { return running->started; }));
    jobs.Submit(Order(2, 0.5), waiting);
  }
  EXPECT_EQ(running->end->state, JobState::kCancelled);
  EXPECT_EQ(waiting->end->state, JobState::kCancelled);
}

}  // namespace
}  // namespace musicgen::serve
