// Several models at once, and too little memory for them.

#include "musicgen/model.hpp"
#include "serve/jobs/jobs_fixture.h"

namespace musicgen::serve {
namespace {

const ModelStatus& Of(const std::vector<ModelStatus>& models, const std::string& id) {
  for (const ModelStatus& model : models) {
    if (model.id == id) return model;
  }
  ADD_FAILURE();
  return models.front();
}

TEST(JobsTest, ModelsAreLoadedOnDemandWhileOthersPlay) {
  Jobs jobs({Fixture("hf-tiny-mono"), Fixture("hf-tiny-stereo"), Fixture("hf-tiny-melody")}, {});
  const auto mono = std::make_shared<Listener>(), stereo = std::make_shared<Listener>(),
             melody = std::make_shared<Listener>();
  const std::string id = jobs.Submit(Order(1, kEndless, true), mono);
  ASSERT_TRUE(mono->WaitFor([&] { return mono->started; }));
  EXPECT_FALSE(Of(jobs.models(), "hf-tiny-stereo").loaded);
  JobRequest order = Order(2, 0.5);
  order.model = "hf-tiny-stereo";
  const std::string second = jobs.Submit(order, stereo);
  order = Order(3, 0.5);
  order.model = "hf-tiny-melody";
  order.request.melody = Waveform(32000, 1, 32000);
  jobs.Submit(order, melody);
  EXPECT_EQ(stereo->WaitForEnd().state, JobState::kDone);
  EXPECT_EQ(melody->WaitForEnd().state, JobState::kDone);
  EXPECT_TRUE(Of(jobs.models(), "hf-tiny-stereo").loaded);
  EXPECT_EQ(jobs.InfoOf("hf-tiny-stereo").audio_channels, 2);
  EXPECT_EQ(RefusalOf([&] { jobs.InfoOf("other"); }).status, 404);
  Model model(Fixture("hf-tiny-stereo").options);
  GenerationRequest request = Order(2, 0.5).request;
  request.params.seed = 2;
  EXPECT_EQ(jobs.CodesOf(second)[0].values, model.Generate(std::vector{request})[0].codes.values);
  EXPECT_EQ(jobs.Status(id)->state, JobState::kRunning);
}

TEST(JobsTest, IdleModelsMakeRoomAndBusyOnesDoNot) {
  JobLimits limits;
  const std::vector<ServedModel> models = {Fixture("hf-tiny-mono"), Fixture("hf-tiny-stereo"),
                                           Fixture("ac-tiny-mono")};  // 6.7, 2.8 and 2.3 MB
  for (const ServedModel& served : models) {
    const ModelInfo info = Model(served.options).info();
    limits.weights_bytes = std::max(limits.weights_bytes, info.memory.at("f32").weights_bytes);
  }
  limits.kept_sound_bytes = 0;
  std::string trouble;
  Jobs jobs(models, limits, [&](const std::string& text) { trouble = text; });
  const auto run = [&](const std::string& model, double duration_s, bool wait) {
    JobRequest order = Order(1, duration_s, true);
    order.model = model;
    const auto listener = std::make_shared<Listener>();
    const std::string id = jobs.Submit(order, listener);
    if (wait) listener->WaitForEnd();
    return std::pair{id, listener};
  };
  const auto mono = run("hf-tiny-mono", 0.2, true);
  EXPECT_EQ(mono.second->end->state, JobState::kDone);
  EXPECT_EQ(run("hf-tiny-stereo", 0.2, true).second->end->state, JobState::kDone);
  EXPECT_FALSE(Of(jobs.models(), "hf-tiny-mono").loaded);
  EXPECT_TRUE(Of(jobs.models(), "hf-tiny-stereo").loaded);
  EXPECT_TRUE(jobs.ready());
  EXPECT_EQ(Files(jobs, mono.first, "wav").size(), 1u);  // its model is gone

  EXPECT_EQ(run("ac-tiny-mono", 0.2, true).second->end->state, JobState::kDone);
  EXPECT_TRUE(Of(jobs.models(), "hf-tiny-stereo").loaded);  // both fit

  const auto busy = run("hf-tiny-stereo", kEndless, false);
  ASSERT_TRUE(busy.second->WaitFor([&] { return busy.second->started; }));
  const auto refused = run("hf-tiny-mono", 0.2, true);
  EXPECT_EQ(refused.second->end->state, JobState::kFailed);
  EXPECT_EQ(refused.second->end->failure->status, 503);
  EXPECT_EQ(refused.second->end->failure->message.find("/"), std::string::npos);
  EXPECT_NE(trouble.find("hf-tiny-mono"), std::string::npos);
  EXPECT_FALSE(Of(jobs.models(), "ac-tiny-mono").loaded);
  EXPECT_EQ(jobs.Status(busy.first)->state, JobState::kRunning);
  jobs.Cancel(busy.first);
  busy.second->WaitForEnd();
  EXPECT_EQ(run("hf-tiny-mono", 0.2, true).second->end->state, JobState::kDone);
  EXPECT_FALSE(Of(jobs.models(), "hf-tiny-stereo").loaded);
}

TEST(JobsTest, WhatCannotBeServedIsSaidAtOnce) {
  ServedModel missing = Fixture("no-such-model");
  EXPECT_THROW(Jobs({Fixture("hf-tiny-mono"), missing}, {}), Error);
  EXPECT_THROW(Jobs({Fixture("hf-tiny-mono"), Fixture("hf-tiny-mono")}, {}), Error);
  EXPECT_THROW(Jobs({}, {}), Error);
}

}  // namespace
}  // namespace musicgen::serve
