#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"

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

// What Run throws when the threads of `throwers` throw their own number, alone or on their way to a
// barrier; "" when it throws nothing.
std::string Thrown(ThreadPool& pool, const std::set<int>& throwers, int barriers) {
  try {
    pool.Run([&](Worker& worker) {
      for (int i = 0; i < barriers; ++i) {
        if (i + 1 == barriers && throwers.contains(worker.index())) break;
        worker.Barrier();
      }
      if (throwers.contains(worker.index())) {
        throw std::runtime_error(std::to_string(worker.index()));
      }
    });
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST_P(ThreadPoolTest, WhatABodyThrowsReachesTheCaller) {
  ThreadPool pool(GetParam());
  for (int round = 0; round < 20; ++round) {
    for (int thrower = 0; thrower < GetParam(); ++thrower) {
      EXPECT_EQ(Thrown(pool, {thrower}, 0), std::to_string(thrower));
    }
    EXPECT_EQ(Thrown(pool, {}, 0), "");
  }
}

TEST_P(ThreadPoolTest, NobodyWaitsAtABarrierForAThreadThatThrew) {
  ThreadPool pool(GetParam());
  for (int round = 0; round < 30; ++round) {
    for (int barriers : {1, 2, 5}) {
      const int thrower = round % GetParam();
      EXPECT_EQ(Thrown(pool, {thrower}, barriers), std::to_string(thrower));
    }
  }
  // The team still meets at its barriers.
  EXPECT_EQ(Thrown(pool, {}, 100), "");
}

TEST_P(ThreadPoolTest, OneOfSeveralExceptionsReachesTheCaller) {
  ThreadPool pool(GetParam());
  std::set<int> all;
  for (int i = 0; i < GetParam(); ++i) all.insert(i);
  for (int round = 0; round < 20; ++round) {
    const std::string thrown = Thrown(pool, all, round % 3);
    EXPECT_TRUE(all.contains(std::atoi(thrown.c_str())) && !thrown.empty()) << thrown;
  }
  EXPECT_EQ(Thrown(pool, {}, 3), "");
}

TEST_P(ThreadPoolTest, WritesBeforeABarrierAreSeenAfterItInTheRunAfterAFailure) {
  ThreadPool pool(GetParam());
  for (int round = 0; round < 20; ++round) {
    EXPECT_NE(Thrown(pool, {GetParam() - 1}, 2), "");
    std::vector<int> written(static_cast<size_t>(GetParam()));
    std::atomic<int> seen{0};
    pool.Run([&](Worker& worker) {
      written[static_cast<size_t>(worker.index())] = 1;
      worker.Barrier();
      for (const int one : written) seen += one;
    });
    EXPECT_EQ(seen, GetParam() * GetParam());
  }
}

TEST_P(ThreadPoolTest, EndsWithoutARun) { ThreadPool pool(GetParam()); }

#if !defined(MUSICGEN_SANITIZED)  // they need the addresses
// A machine that has no more threads to give: room for the stacks of some, not of all.
void AskForTooManyThreads() {
  rlimit limit = {};
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = rlim_t{1} << 28;
  setrlimit(RLIMIT_AS, &limit);
  try {
    ThreadPool pool(700);  // whose scratch fits, not their stacks
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::exit(error.code() == ErrorCode::kFailure ? 7 : 8);
  }
  std::exit(9);
}

TEST(ThreadPoolDeathTest, ThreadsThatTheSystemRefusesAreAnError) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(AskForTooManyThreads(), testing::ExitedWithCode(7), "threads: expected 700, found");
}
#endif

}  // namespace
}  // namespace musicgen
