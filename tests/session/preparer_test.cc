#include "session/preparer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <vector>

namespace musicgen::session {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kTurn = milliseconds(5);

// Runs of the team, each with a millisecond of work.
Preparer::Work Runs(int count, std::atomic<int>* done) {
  return [=](ThreadPool& pool, const std::atomic<bool>& stop) {
    for (int i = 0; i < count && !stop; ++i) {
      pool.Run([&](Worker& worker) {
        const Clock::time_point end = Clock::now() + milliseconds(1);
        while (worker.index() == 0 && Clock::now() < end) continue;
      });
      ++*done;
    }
  };
}

TEST(PreparerTest, WorkHasTheTeamOnlyWhileItIsLent) {
  ThreadPool team(2);
  Preparer preparer(team);
  std::atomic<int> runs{0};
  const Preparer::Handle task = preparer.Start(Runs(40, &runs));
  int turns = 0;
  while (!task->done()) {
    preparer.Wait();
    if (!preparer.wants_team()) continue;
    const int before = runs;
    team.Run([](Worker&) {});  // the owner's: nobody else is on the team
    EXPECT_EQ(runs, before);
    preparer.LendTeam(kTurn);
    ++turns;
  }
  EXPECT_EQ(runs, 40);
  EXPECT_GT(turns, 2) << "the turns have no end";
  EXPECT_LE(turns, 41) << "a turn without a run";
}

TEST(PreparerTest, ErrorsAndSmallWork) {
  ThreadPool team(2);
  Preparer preparer(team);
  std::atomic<int> runs{0};
  EXPECT_TRUE(preparer.RunNow(Runs(3, &runs))->done());
  EXPECT_EQ(runs, 3);
  const Preparer::Handle task = preparer.Start([](ThreadPool& pool, const std::atomic<bool>&) {
    pool.Run([](Worker&) { ThrowBadInput("x: expected y, found z"); });
  });
  while (!task->done()) preparer.wants_team() ? preparer.LendTeam(kTurn) : preparer.Wait();
  ASSERT_TRUE(task->error().has_value());
  EXPECT_EQ(task->error()->code(), ErrorCode::kBadInput);
  while (preparer.busy()) preparer.Wait();
}

TEST(PreparerTest, MayBeLeftWhileWorkWaits) {
  ThreadPool team(3);
  std::atomic<int> runs{0};
  {
    Preparer preparer(team);
    preparer.Start(Runs(1000, &runs));
    preparer.Start(Runs(1000, &runs));
    while (!preparer.wants_team()) preparer.Wait();
  }
  EXPECT_LE(runs, 1);
}

}  // namespace
}  // namespace musicgen::session
