// Queue, refusals, retention, drain.

#include <cmath>
#include <thread>

#include "serve/jobs/jobs_fixture.h"

namespace musicgen::serve {
namespace {

TEST(JobsTest, RefusesWhatTheQueueCannotHold) {
  JobLimits limits;
  limits.parallel = 1;
  limits.queue = 2;
  Jobs jobs({Fixture("hf-tiny-mono")}, limits);
  const auto first = std::make_shared<Listener>();
  const std::string running = jobs.Submit(Order(1, 300), first);
  ASSERT_TRUE(first->WaitFor([&] { return !first->progress.empty(); }));
  const std::string second = jobs.Submit(Order(2, 0.1)), third = jobs.Submit(Order(3, 0.1));
  EXPECT_EQ(jobs.Status(second)->queue_position, 1);
  EXPECT_EQ(jobs.Status(third)->queue_position, 2);
  EXPECT_EQ(jobs.Status(running)->queue_position, 0);
  const Failure failure = RefusalOf([&] { jobs.Submit(Order(4, 0.1)); });
  EXPECT_EQ(failure.status, 429);
  EXPECT_GE(failure.retry_after_s.value_or(0), 1);
  EXPECT_EQ(jobs.counts().refused, 1u);
  EXPECT_EQ(jobs.counts().queued, 2);
  jobs.Cancel(second);
  jobs.Cancel(running);
  const auto last = std::make_shared<Listener>();
  ASSERT_TRUE(jobs.Watch(third, last));
  EXPECT_EQ(last->WaitForEnd().state, JobState::kDone);
}

TEST(JobsTest, RefusesWhatTheModelCannotDo) {
  Jobs jobs({Fixture("hf-tiny-mono")}, {});
  const auto refused = [&](const auto& change) {
    JobRequest order = Order(1, 0.5);
    change(order);
    const Failure failure = RefusalOf([&] { jobs.Submit(order); });
    EXPECT_TRUE(failure.status == 400 || failure.status == 404) << failure.message;
    EXPECT_FALSE(failure.message.empty());
    return failure.param;
  };
  EXPECT_EQ(refused([](JobRequest& o) { o.request.params.duration_s = 0; }), "audio_length");
  EXPECT_EQ(refused([](JobRequest& o) { o.request.params.duration_s = 301; }), "audio_length");
  EXPECT_EQ(refused([](JobRequest& o) { o.request.params.duration_s = kEndless; }), "audio_length");
  EXPECT_EQ(refused([](JobRequest& o) { o.request.params.duration_s = std::nan(""); }),
            "audio_length");
  EXPECT_EQ(refused([](JobRequest& o) { o.request.params.temperature = -1; }), "temperature");
  EXPECT_EQ(refused([](JobRequest& o) { o.request.params.top_p = 2; }), "top_p");
  EXPECT_EQ(refused([](JobRequest& o) { o.request.params.cfg_coef = 1e9; }), "guidance_scale");
  EXPECT_EQ(refused([](JobRequest& o) { o.request.melody = Waveform(32000, 1, 100); }), "melody");
  EXPECT_EQ(refused([](JobRequest& o) { o.request.audio_prompt = Waveform(32000, 1, 32000); }),
            "audio_prompt");
  EXPECT_EQ(refused([](JobRequest& o) { o.takes = 17; }), "n");
  EXPECT_EQ(refused([](JobRequest& o) { o.model = "other"; }), "model");
  EXPECT_EQ(refused([](JobRequest& o) { o.request.prompt = std::string(4097, 'a'); }), "input");
  JobRequest order = Order(1, 0.1);
  order.request.prompt = "";
  for (int i = 0; i < 4096; ++i) *order.request.prompt += "é";  // counted as readers do
  EXPECT_TRUE(jobs.Status(jobs.Submit(order)));
}

TEST(JobsTest, ForgetsWhatEndedLongAgo) {
  JobLimits limits;
  limits.kept_jobs = 2;
  limits.kept_s = 1.0;
  Jobs jobs({Fixture("hf-tiny-mono")}, limits);
  std::vector<std::string> ids;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    const auto listener = std::make_shared<Listener>();
    ids.push_back(jobs.Submit(Order(seed, 0.1), listener));
    listener->WaitForEnd();
  }
  EXPECT_FALSE(jobs.Status(ids[0]));
  EXPECT_TRUE(jobs.Status(ids[1]));
  const auto late = std::make_shared<Listener>();
  EXPECT_TRUE(jobs.Watch(ids[2], late));
  EXPECT_EQ(late->WaitForEnd().state, JobState::kDone);
  EXPECT_EQ(RefusalOf([&] { jobs.Render(ids[2], "aac", nullptr); }).status, 400);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_FALSE(jobs.Status(ids[2]));
  EXPECT_EQ(RefusalOf([&] { jobs.Render(ids[2], "wav", nullptr); }).status, 404);
  EXPECT_FALSE(jobs.Watch(ids[2], late));
}

TEST(JobsTest, DrainsAndRefusesMeanwhile) {
  JobLimits limits;
  limits.parallel = 1;
  Jobs jobs({Fixture("hf-tiny-mono")}, limits);
  const auto finite = std::make_shared<Listener>(), endless = std::make_shared<Listener>();
  jobs.Submit(Order(1, 0.5), finite);
  ASSERT_TRUE(finite->WaitFor([&] { return finite->started; }));
  EXPECT_TRUE(jobs.ready());
  const std::string id = jobs.Submit(Order(2, kEndless, true), endless);
  std::thread drain([&] { jobs.Drain(1.0); });
  while (jobs.ready()) std::this_thread::yield();
  EXPECT_EQ(RefusalOf([&] { jobs.Submit(Order(3, 0.1)); }).status, 503);
  drain.join();
  EXPECT_EQ(finite->end->state, JobState::kDone);
  EXPECT_EQ(endless->end->state, JobState::kCancelled);
  EXPECT_EQ(RefusalOf([&] { jobs.Render(id, "wav", nullptr); }).status, 409);
}

TEST(JobsTest, MusicWithoutEndKeepsAheadOfItsListener) {
  JobLimits limits;
  limits.ahead_s = 0.5;
  Jobs jobs({Fixture("hf-tiny-mono")}, limits);
  const auto listener = std::make_shared<Listener>();
  const std::string id = jobs.Submit(Order(1, kEndless, true), listener);
  ASSERT_TRUE(listener->WaitFor([&] { return !listener->sound.empty(); }));
  const auto start = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(std::chrono::seconds(2));
  jobs.Cancel(id);
  listener->WaitForEnd();
  const double heard_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double made_s = double(listener->sound[0].size()) / 32000;
  EXPECT_LE(made_s, heard_s + limits.ahead_s + 1.0);  // and what the codec holds back
#ifndef MUSICGEN_SANITIZED
  EXPECT_GE(made_s, 1.0);
#endif
}

TEST(JobsTest, TellsHowFarItIs) {
  Jobs jobs({Fixture("hf-tiny-mono")}, {});
  const auto listener = std::make_shared<Listener>();
  const std::string id = jobs.Submit(Order(1, 20), listener);
  ASSERT_TRUE(listener->WaitFor([&] { return listener->progress.size() >= 2; }));
  EXPECT_LT(listener->progress[0].steps_done, listener->progress[1].steps_done);
  EXPECT_EQ(listener->progress[1].state, JobState::kRunning);
  EXPECT_GT(listener->progress[0].steps_total, 20 * 50 - 1);
  EXPECT_EQ(listener->progress[0].steps_total, listener->progress[1].steps_total);
  EXPECT_EQ(jobs.counts().running, 1);
  EXPECT_EQ(RefusalOf([&] { jobs.Render(id, "wav", nullptr); }).status, 409);
  jobs.Cancel(id);
  const JobStatus end = listener->WaitForEnd();
  EXPECT_LE(end.created_s, end.started_s);
  EXPECT_LE(end.started_s, end.ended_s);
  EXPECT_GT(end.frames, 0);
}

}  // namespace
}  // namespace musicgen::serve
