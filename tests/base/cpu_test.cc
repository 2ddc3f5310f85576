#include "base/cpu.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <thread>
#include <vector>

namespace musicgen {
namespace {

cpu_set_t Allowed() {
  cpu_set_t set;
  CPU_ZERO(&set);
  EXPECT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  return set;
}

TEST(CpuTest, AThreadMovesAwayAndMayGoAnywhereAfterwards) {
  if (ProcessorCount() < 2) GTEST_SKIP() << "there is one processor";
  std::thread thread([] {
    const cpu_set_t before = Allowed();
    bool moved = false;
    // On a busy machine the system may take it back before it can look.
    for (int i = 0; i < 100 && !moved; ++i) {
      const std::atomic<int> taken[] = {CurrentProcessor(), -1};
      MoveToAnotherProcessor(taken);
      moved = CurrentProcessor() != taken[0];
    }
    EXPECT_TRUE(moved);
    const cpu_set_t after = Allowed();
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
  });
  thread.join();
}

TEST(CpuTest, AThreadStaysWhereAllProcessorsAreTaken) {
  std::thread thread([] {
    const cpu_set_t before = Allowed();
    std::vector<std::atomic<int>> taken(CPU_SETSIZE);
    for (int i = 0; i < CPU_SETSIZE; ++i) taken[static_cast<size_t>(i)] = i;
    MoveToAnotherProcessor(taken);
    const cpu_set_t after = Allowed();
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
  });
  thread.join();
}

}  // namespace
}  // namespace musicgen
