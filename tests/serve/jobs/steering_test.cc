// Jobs that are steered while they run.

#include "musicgen/model.hpp"
#include "musicgen/session.hpp"
#include "serve/jobs/jobs_fixture.h"

namespace musicgen::serve {
namespace {

// Steps that callbacks were told.
class Answers {
 public:
  std::function<void(int64_t)> Next() {
    return [this](int64_t step) {
      std::lock_guard<std::mutex> lock(mutex_);
      steps_.push_back(step);
      changed_.notify_all();
    };
  }
  std::vector<int64_t> Wait(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    EXPECT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return steps_.size() >= count; }));
    return steps_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int64_t> steps_;
};

Steering Prompt(const std::string& text, std::optional<int64_t> at_step = {}) {
  Steering steering;
  steering.prompt = text;
  steering.at_step = at_step;
  return steering;
}

Steering Temperature(double temperature, std::optional<int64_t> at_step = {}) {
  Steering steering;
  steering.temperature = temperature;
  steering.at_step = at_step;
  return steering;
}

// The codes of a request that is steered so by a session alone.
std::vector<int32_t> Alone(const JobRequest& order, const std::vector<Steering>& steerings) {
  Model model(Fixture("hf-tiny-mono").options);
  Session session(model);
  GenerationRequest request = order.request;
  request.params.seed = *order.seed;
  const RequestId id = session.Submit(request);
  for (const Steering& steering : steerings) session.Steer(id, steering);
  std::vector<Event> events;
  while (session.Step(&events)) {
  }
  return events.back().result.codes.values;
}

TEST(JobsTest, AQueuedJobIsSteeredAtItsSteps) {
  JobLimits limits;
  limits.parallel = 1;
  Jobs jobs({Fixture("hf-tiny-mono")}, limits);
  const auto first = std::make_shared<Listener>(), second = std::make_shared<Listener>();
  const std::string blocking = jobs.Submit(Order(1, kEndless, true), first);
  const std::string id = jobs.Submit(Order(2, 2.0), second);
  Answers late, early;
  jobs.Steer(id, Temperature(0.5, 60), late.Next());
  jobs.Steer(id, Prompt("a slow waltz", 20), early.Next());
  jobs.Cancel(blocking);
  EXPECT_EQ(early.Wait(1), std::vector<int64_t>{20});
  EXPECT_EQ(late.Wait(1), std::vector<int64_t>{60});
  EXPECT_EQ(second->WaitForEnd().state, JobState::kDone);
  EXPECT_EQ(second->steered, (std::vector<int64_t>{20, 60}));
  EXPECT_EQ(jobs.CodesOf(id)[0].values,
            Alone(Order(2, 2.0), {Prompt("a slow waltz", 20), Temperature(0.5, 60)}));
}

TEST(JobsTest, TheStepThatIsToldMakesTheSameMusicAgain) {
  Jobs jobs({Fixture("hf-tiny-mono")}, {});
  const auto listener = std::make_shared<Listener>();
  const std::string id = jobs.Submit(Order(3, 10.0), listener);
  ASSERT_TRUE(listener->WaitFor([&] { return listener->started; }));
  // The first is encoded beside the steps, and would be overtaken.
  const std::string text = "a very long prompt " + std::string(400, 'o');
  Answers answers;
  jobs.Steer(id, Prompt(text), answers.Next());
  jobs.Steer(id, Prompt("a slow waltz"), answers.Next());
  jobs.Steer(id, Temperature(0.7), answers.Next());
  const std::vector<int64_t> steps = answers.Wait(3);
  EXPECT_EQ(listener->WaitForEnd().state, JobState::kDone);
  EXPECT_LT(0, steps[0]);
  EXPECT_LE(steps[0], steps[1]);
  EXPECT_LE(steps[1], steps[2]);
  EXPECT_EQ(jobs.CodesOf(id)[0].values,
            Alone(Order(3, 10.0), {Prompt(text, steps[0]), Prompt("a slow waltz", steps[1]),
                                   Temperature(0.7, steps[2])}));
}

TEST(JobsTest, WhatComesTooLateIsToldSo) {
  Jobs jobs({Fixture("hf-tiny-mono")}, {});
  const auto listener = std::make_shared<Listener>();
  const std::string id = jobs.Submit(Order(4, 5.0), listener);
  ASSERT_TRUE(listener->WaitFor([&] { return listener->started; }));
  Answers answers;
  jobs.Steer(id, Temperature(0.7, 100000), answers.Next());
  jobs.Cancel(id);
  EXPECT_EQ(answers.Wait(1), std::vector<int64_t>{-1});
  listener->WaitForEnd();
  EXPECT_EQ(RefusalOf([&] { jobs.Steer(id, Temperature(1), nullptr); }).status, 409);
  EXPECT_EQ(RefusalOf([&] { jobs.Steer("12", Temperature(1), nullptr); }).status, 404);
  EXPECT_EQ(RefusalOf([&] { jobs.Steer(id, Temperature(-1), nullptr); }).param, "temperature");
}

TEST(JobsTest, TakesAreSteeredTogether) {
  JobLimits limits;
  limits.parallel = 2;
  Jobs jobs({Fixture("hf-tiny-mono")}, limits);
  const auto listener = std::make_shared<Listener>();
  JobRequest order = Order(5, 1.0);
  order.takes = 3;
  const std::string id = jobs.Submit(order, listener);
  Answers answers;
  jobs.Steer(id, Temperature(0.5, 30), answers.Next());
  EXPECT_EQ(listener->WaitForEnd().state, JobState::kDone);
  EXPECT_EQ(answers.Wait(1), std::vector<int64_t>{30});
  EXPECT_EQ(jobs.CodesOf(id)[0].values, Alone(order, {Temperature(0.5, 30)}));
}

}  // namespace
}  // namespace musicgen::serve
