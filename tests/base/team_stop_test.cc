#include "base/team_stop.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace musicgen {
namespace {

class TeamStopTest : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Sizes, TeamStopTest, testing::Values(1, 2, 3, 4));

TEST_P(TeamStopTest, GoesOnWithoutAFlagAndWithOneThatIsNotSet) {
  ThreadPool pool(GetParam());
  const std::atomic<bool> unset = false;
  for (const std::atomic<bool>* flag : {static_cast<const std::atomic<bool>*>(nullptr), &unset}) {
    TeamStop team(flag);
    pool.Run([&](Worker& worker) {
      StopBarrier barrier(&team, &worker);
      for (int i = 0; i < 100; ++i) EXPECT_TRUE(barrier.Pass());
    });
  }
}

TEST_P(TeamStopTest, IsABarrier) {
  ThreadPool pool(GetParam());
  TeamStop team(nullptr);
  std::atomic<int> arrived = 0;
  pool.Run([&](Worker& worker) {
    StopBarrier barrier(&team, &worker);
    for (int i = 1; i <= 100; ++i) {
      ++arrived;
      barrier.Pass();
      EXPECT_GE(arrived, i * worker.count());
    }
  });
}

// Workers that disagreed would wait for each other for ever, or count differently.
TEST_P(TeamStopTest, StopsAllWorkersAtTheSameBarrier) {
  ThreadPool pool(GetParam());
  for (int trial = 0; trial < 60; ++trial) {
    std::atomic<bool> stop = false;
    std::atomic<int> seen = 0;
    std::vector<int> passed(static_cast<size_t>(GetParam()));
    std::thread outside([&] {
      while (seen < trial % 7) std::this_thread::yield();
      stop = true;
    });
    TeamStop team(&stop);
    pool.Run([&](Worker& worker) {
      StopBarrier barrier(&team, &worker);
      int& mine = passed[static_cast<size_t>(worker.index())];
      while (barrier.Pass()) {
        ++mine;
        ++seen;
        for (int i = 0; worker.index() > 0 && i < trial % 5; ++i) std::this_thread::yield();
      }
    });
    outside.join();
    for (const int mine : passed) ASSERT_EQ(mine, passed[0]) << "trial " << trial;
  }
}

}  // namespace
}  // namespace musicgen
