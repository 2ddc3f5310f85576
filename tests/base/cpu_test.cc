#include "base/cpu.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <thread>
#include <vector>

namespace musicgen {
namespace {

TEST(CpuTest, AThreadMovesAwayAndMayGoAnywhereAfterwards) {
  if (ProcessorCount() < 2) GTEST_SKIP() << "there is one processor";
  std::thread thread([] {
    cpu_set_t before, after;
    ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
    const std::atomic<int> taken[] = {CurrentProcessor(), -1};
    MoveToAnotherProcessor(taken, 2);
    EXPECT_NE(CurrentProcessor(), taken[0]);
    ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
  });
  thread.join();
}

TEST(CpuTest, AThreadStaysWhereAllProcessorsAreTaken) {
  std::thread thread([] {
    cpu_set_t before, after;
    ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
    std::vector<std::atomic<int>> taken(CPU_SETSIZE);
    for (int i = 0; i < CPU_SETSIZE; ++i) taken[static_cast<size_t>(i)] = i;
    MoveToAnotherProcessor(taken.data(), CPU_SETSIZE);
    ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
  });
  thread.join();
}

}  // namespace
}  // namespace musicgen
