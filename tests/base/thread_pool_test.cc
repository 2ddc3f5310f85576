#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

namespace musicgen {
namespace {

class ThreadPoolTest : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Sizes, ThreadPoolTest, testing::Values(1, 2, 3, 4));

TEST_P(ThreadPoolTest, RunsTheBodyOnceOnEveryThread) {
  ThreadPool pool(GetParam());
  EXPECT_EQ(pool.size(), GetParam());
  std::vector<int> calls(static_cast<size_t>(GetParam()));
  std::vector<std::thread::id> ids(calls.size());
  pool.Run([&](Worker& worker) {
    EXPECT_EQ(worker.count(), GetParam());
    ++calls[static_cast<size_t>(worker.index())];
    ids[static_cast<size_t>(worker.index())] = std::this_thread::get_id();
  });
  for (int count : calls) EXPECT_EQ(count, 1);
  EXPECT_EQ(std::set<std::thread::id>(ids.begin(), ids.end()).size(), ids.size());
  EXPECT_EQ(ids[0], std::this_thread::get_id());
}

TEST_P(ThreadPoolTest, SplitCoversEverythingOnce) {
  ThreadPool pool(GetParam());
  for (int64_t n : {0, 1, 2, 3, 5, 31, 32, 100, 1001}) {
    for (int64_t grain : {1, 4, 32}) {
      std::vector<int> taken(static_cast<size_t>(n));
      pool.Run([&](Worker& worker) {
        const Range own = worker.Split(n, grain);
        EXPECT_TRUE(0 <= own.begin && own.begin <= own.end && own.end <= n);
        EXPECT_TRUE(own.begin % grain == 0 || own.begin == n);
        EXPECT_TRUE(own.end % grain == 0 || own.end == n);
        for (int64_t i = own.begin; i < own.end; ++i) ++taken[static_cast<size_t>(i)];
      });
      for (int count : taken) EXPECT_EQ(count, 1);
    }
  }
}

TEST_P(ThreadPoolTest, WritesBeforeABarrierAreSeenAfterIt) {
  ThreadPool pool(GetParam());
  constexpr int kStages = 200;
  const size_t size = static_cast<size_t>(GetParam());
  std::vector<std::vector<int>> stages(kStages + 1, std::vector<int>(size));
  for (size_t i = 0; i < size; ++i) stages[0][i] = static_cast<int>(i) + 1;
  pool.Run([&](Worker& worker) {
    for (int stage = 0; stage < kStages; ++stage) {
      // Each thread takes its neighbour's last result.
      const auto& before = stages[static_cast<size_t>(stage)];
      const size_t own = static_cast<size_t>(worker.index());
      stages[static_cast<size_t>(stage) + 1][own] = before[(own + 1) % size] + 1;
      worker.Barrier();
    }
  });
  for (size_t i = 0; i < size; ++i) {
    EXPECT_EQ(stages[kStages][i], static_cast<int>((i + kStages) % size) + 1 + kStages);
  }
}

TEST_P(ThreadPoolTest, ManyRunsSeeEachOthersWrites) {
  ThreadPool pool(GetParam());
  std::vector<int> totals(static_cast<size_t>(GetParam()));
  for (int run = 0; run < 500; ++run) {
    pool.Run([&](Worker& worker) { totals[static_cast<size_t>(worker.index())] += run; });
  }
  for (int total : totals) EXPECT_EQ(total, 500 * 499 / 2);
}

TEST_P(ThreadPoolTest, SleepersWakeUp) {
  ThreadPool pool(GetParam());
  std::atomic<int> calls{0};
  for (int run = 0; run < 3; ++run) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.Run([&](Worker& worker) {
      if (worker.index() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      worker.Barrier();
      ++calls;
    });
  }
  EXPECT_EQ(calls, 3 * GetParam());
}

TEST_P(ThreadPoolTest, CallersTakeTurns) {
  ThreadPool pool(GetParam());
  int inside = 0;  // guarded by the turns alone
  const auto call = [&] {
    for (int run = 0; run < 50; ++run) {
      pool.Run([&](Worker& worker) {
        if (worker.index() == 0) ++inside;
        worker.Barrier();
      });
    }
  };
  std::thread first(call), second(call);
  first.join();
  second.join();
  EXPECT_EQ(inside, 100);
}

TEST_P(ThreadPoolTest, EndsWithoutARun) { ThreadPool pool(GetParam()); }

}  // namespace
}  // namespace musicgen
