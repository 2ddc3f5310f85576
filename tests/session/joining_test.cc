#include "base/cpu.h"
#include "session/schedule_fixture.h"

namespace musicgen::session {
namespace {

TEST(JoiningTest, ListenersGetWhatThereIsBeforeAnythingIsDoneForOneWhoJoins) {
  Schedule schedule("hf-tiny-mono");
  if (ProcessorCount() > schedule.stages().pool().size()) {
    GTEST_SKIP() << "sound is made beside the steps, at any time";
  }
  RequestOptions listens;
  listens.stream_audio = true;
  const RequestId first = schedule.Submit(Greedy(kPrompts[0], 2, 3), listens);
  while (schedule.outcomes[first].sound.empty()) ASSERT_TRUE(schedule.Step());
  const std::vector<float> begun = schedule.outcomes[first].sound;
  for (int i = 0; i < 5; ++i) schedule.Step();
  ASSERT_EQ(schedule.outcomes[first].sound.size(), begun.size()) << "frames are gathered";
  const int64_t steps = schedule.outcomes[first].steps_done;

  const RequestId second = schedule.Submit(Greedy(kPrompts[1], 1, 3));
  schedule.Step();
  EXPECT_GT(schedule.outcomes[first].sound.size(), begun.size());
  EXPECT_EQ(schedule.outcomes[first].steps_done, steps);
  EXPECT_EQ(schedule.outcomes[second].steps_done, 0);

  schedule.Finish();
  Schedule alone("hf-tiny-mono");
  const RequestId same = alone.Submit(Greedy(kPrompts[0], 2, 3), listens);
  alone.Finish();
  EXPECT_EQ(schedule.outcomes[first].sound, alone.outcomes[same].sound);
}

}  // namespace
}  // namespace musicgen::session
