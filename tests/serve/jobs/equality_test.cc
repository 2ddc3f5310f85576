// What jobs give is what the model gives alone and the command line writes.

#include "musicgen/model.hpp"
#include "serve/jobs/command_line.h"
#include "serve/jobs/jobs_fixture.h"

namespace musicgen::serve {
namespace {

TEST(JobsTest, EightAtOnceGiveWhatEightInARowGive) {
  Model model(Fixture("hf-tiny-mono").options);
  Jobs jobs({Fixture("hf-tiny-mono", 2)}, {});
  std::vector<std::shared_ptr<Listener>> listeners;
  std::vector<std::string> ids;
  for (uint64_t seed = 0; seed < 8; ++seed) {
    listeners.push_back(std::make_shared<Listener>());
    ids.push_back(jobs.Submit(Order(seed, 0.2 + 0.1 * double(seed), /*stream=*/seed % 2 == 0),
                              listeners.back()));
  }
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const JobStatus end = listeners[seed]->WaitForEnd();
    EXPECT_EQ(end.state, JobState::kDone);
    EXPECT_EQ(end.steps_done, end.steps_total);
    GenerationRequest request = Order(seed, 0.2 + 0.1 * double(seed)).request;
    request.params.seed = seed;
    const GenerationResult alone = model.Generate(std::vector{request})[0];
    EXPECT_EQ(jobs.CodesOf(ids[seed])[0].values, alone.codes.values);
    if (seed % 2 == 0) {
      EXPECT_EQ(listeners[seed]->sound[0], alone.audio.values);
    }
  }
  EXPECT_EQ(jobs.counts().done, 8u);
  EXPECT_EQ(jobs.counts().running, 0);
  EXPECT_NEAR(jobs.counts().sound_s, 4.4, 0.1);
}

TEST(JobsTest, FinishedFilesAreTheCommandLines) {
  if (kProgram == nullptr) GTEST_SKIP() << "the program is not built";
  for (const std::string model : {"hf-tiny-mono", "hf-tiny-stereo"}) {
    JobLimits limits;
    Jobs keeping({Fixture(model)}, limits);
    limits.kept_sound_bytes = 0;
    Jobs forgetting({Fixture(model)}, limits);  // makes the sound from the codes again
    for (Jobs* jobs : {&keeping, &forgetting}) {
      const auto listener = std::make_shared<Listener>();
      const std::string id = jobs->Submit(Order(7, 0.7), listener);
      EXPECT_EQ(listener->WaitForEnd().state, JobState::kDone);
      for (const std::string format : {"wav", "flac", "mp3", "opus", "ogg"}) {
        EXPECT_EQ(Files(*jobs, id, format)[0], Generated(model, "-s 7 -d 0.7", format)) << format;
      }
      const std::string wav = Files(*jobs, id, "wav")[0], pcm = Files(*jobs, id, "pcm")[0];
      EXPECT_NE(wav.find(pcm), std::string::npos);
      EXPECT_EQ(pcm.size(), 35u * 640 * 2 * (model == "hf-tiny-mono" ? 1 : 2));
    }
  }
}

TEST(JobsTest, TakesDifferAndAreThoseOfTheModel) {
  Model model(Fixture("hf-tiny-mono").options);
  JobLimits limits;
  limits.parallel = 2;  // the third take joins when one has ended
  Jobs jobs({Fixture("hf-tiny-mono")}, limits);
  JobRequest order = Order(5, 0.4);
  order.takes = 3;
  const auto listener = std::make_shared<Listener>();
  const std::string id = jobs.Submit(order, listener);
  EXPECT_EQ(listener->WaitForEnd().state, JobState::kDone);
  const std::vector<Codes> codes = jobs.CodesOf(id);
  ASSERT_EQ(codes.size(), 3u);
  for (uint32_t take = 0; take < 3; ++take) {
    GenerationRequest request = order.request;
    request.params.seed = 5;
    request.params.take = take;
    EXPECT_EQ(codes[take].values, model.Generate(std::vector{request})[0].codes.values);
  }
  EXPECT_NE(codes[0].values, codes[1].values);
  EXPECT_EQ(Files(jobs, id, "wav").size(), 3u);
}

TEST(JobsTest, DrawsASeedWhereNoneIsGiven) {
  Jobs jobs({Fixture("hf-tiny-mono")}, {});
  JobRequest order = Order(0, 0.1);
  order.seed.reset();
  const JobStatus first = *jobs.Status(jobs.Submit(order));
  const JobStatus second = *jobs.Status(jobs.Submit(order));
  EXPECT_NE(first.params.seed, second.params.seed);
  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(first.id.size(), 32u);
}

}  // namespace
}  // namespace musicgen::serve
