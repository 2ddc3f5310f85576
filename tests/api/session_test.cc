// Sessions as their users see them, against include/musicgen alone.

#include <gtest/gtest.h>
#ifdef __linux__
#include <malloc.h>
#include <sys/prctl.h>
#endif

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include "fixtures_directory.h"
#include "musicgen/musicgen.hpp"

namespace musicgen {
namespace {

ModelOptions Fixture(const std::string& name) {
  ModelOptions options;
  options.model = std::string(kFixturesDirectory) + "/" + name;
  options.precision = Precision::kF32;
  options.threads = 2;
  return options;
}

GenerationRequest Request(uint64_t seed, double duration_s) {
  GenerationRequest request;
  request.prompt = "a march for two trumpets";
  request.params.seed = seed;
  request.params.duration_s = duration_s;
  return request;
}

// Bytes that this process has in memory now.
// What this process holds.
struct Held {
  int64_t heap_bytes = 0;      // asked for and not given back
  int64_t resident_bytes = 0;  // pages, also those that the allocator keeps for what comes next

  void Take() {
#ifdef __GLIBC__
    const auto heap = mallinfo2();
    heap_bytes = std::max(heap_bytes, static_cast<int64_t>(heap.uordblks + heap.hblkhd));
#endif
    int64_t pages = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    resident_bytes = std::max(resident_bytes, resident * 4096);
  }
};

TEST(SessionTest, ThreadsShareAModelAndGetWhatTheyWouldAlone) {
  Model model(Fixture("ac-tiny-mono"));
  std::vector<std::vector<int32_t>> alone;
  for (uint64_t seed = 0; seed < 6; ++seed) {
    alone.push_back(
        model.Generate(std::vector{Request(seed, 0.2 + 0.1 * double(seed))})[0].codes.values);
  }
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 4; ++round) {
        Session session(model);
        std::map<RequestId, size_t> seeds;
        for (size_t i = 0; i < 3; ++i) {
          const size_t seed = (static_cast<size_t>(t + round) + 2 * i) % alone.size();
          seeds[session.Submit(Request(seed, 0.2 + 0.1 * double(seed)))] = seed;
        }
        const RequestId left = session.Submit(Request(99, kEndless));
        std::vector<Event> events;
        size_t ended = 0;
        while (session.Step(&events)) {
          for (const Event& event : events) {
            if (event.kind == Event::Kind::kCancelled) wrong += event.request != left;
            if (event.kind != Event::Kind::kDone) continue;
            wrong += event.result.codes.values != alone[seeds.at(event.request)];
            if (++ended == seeds.size()) session.Cancel(left);
          }
          events.clear();
        }
        wrong += ended != seeds.size();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(SessionTest, LeavingASessionCancelsWhatIsLeft) {
  Model model(Fixture("ac-tiny-mono"));
  for (int steps = 0; steps < 12; ++steps) {
    Session session(model);
    RequestOptions options;
    options.stream_audio = true;
    session.Submit(Request(1, kEndless), options);
    session.Submit(Request(2, 1.0));
    std::vector<Event> events;
    for (int i = 0; i < steps; ++i) session.Step(&events);
  }
  EXPECT_EQ(model.Generate(std::vector{Request(1, 0.3)})[0].codes.frames, 15);
}

TEST(SessionTest, WhatDoesNotFitBesideOthersIsDeferredAndWhatNeverFitsFails) {
  ModelOptions options = Fixture("ac-tiny-mono");
  options.cache_bytes = 200000;  // two of half a second
  Model model(options);
  Session session(model);
  const RequestId first = session.Submit(Request(1, 0.5)), second = session.Submit(Request(2, 0.5)),
                  third = session.Submit(Request(3, 0.5)), huge = session.Submit(Request(4, 29));
  std::map<RequestId, std::vector<Event::Kind>> kinds;
  std::vector<Event> events;
  while (session.Step(&events)) {
    for (const Event& event : events) {
      if (event.kind != Event::Kind::kProgress) kinds[event.request].push_back(event.kind);
      if (event.kind == Event::Kind::kFailed) {
        EXPECT_EQ(event.error->code(), ErrorCode::kOutOfMemory);
      }
    }
    events.clear();
  }
  using Kind = Event::Kind;
  EXPECT_EQ(kinds[first], (std::vector{Kind::kDone}));
  EXPECT_EQ(kinds[second].back(), Kind::kDone);
  EXPECT_EQ(kinds[third], (std::vector{Kind::kDeferred, Kind::kDone}));
  EXPECT_EQ(kinds[huge], (std::vector{Kind::kDeferred, Kind::kFailed}));
}

TEST(SessionTest, RefusesWhatTheModelCannotDo) {
  Model model(Fixture("ac-tiny-mono"));
  Session session(model);
  GenerationRequest request = Request(1, -1.0);
  EXPECT_THROW(session.Submit(request), Error);
  Steering steering;
  steering.temperature = -3.0;
  EXPECT_THROW(session.Steer(1, steering), Error);
  session.Cancel(12345);
  std::vector<Event> events;
  EXPECT_FALSE(session.Step(&events));
}

// Two minutes, with sound, in windows of 4 s; the long tier makes twenty. What one step takes and
// gives back comes and goes, so the most that is ever held is compared; without huge pages, two of
// which (4 MB of 20) come or don't by chance.
TEST(SessionTest, MusicWithoutEndTakesNoMoreMemory) {
#ifdef __linux__
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
#endif
  Model model(Fixture("ac-tiny-mono"));
  Session session(model);
  GenerationRequest request = Request(7, kEndless);
  request.params.max_duration_s = 4.0;
  request.params.extend_stride_s = 3.0;
  RequestOptions options;
  options.stream_audio = true;
  const RequestId id = session.Submit(request, options);
  const double wanted_s = std::getenv("MUSICGEN_LONG_TESTS") != nullptr ? 1200.0 : 120.0;
  double made_s = 0;
  Held early, late;  // the most in the first 30 s, and afterwards
  bool cancelled = false;
  std::vector<Event> events;
  while (session.Step(&events)) {
    for (const Event& event : events) {
      if (event.kind == Event::Kind::kSound) made_s += event.sound.duration_s();
      cancelled = cancelled || event.kind == Event::Kind::kCancelled;
    }
    events.clear();
    (made_s < 30 ? early : late).Take();
    if (made_s > wanted_s) session.Cancel(id);
  }
  EXPECT_TRUE(cancelled);
#if !defined(MUSICGEN_SANITIZED)
  EXPECT_LE(late.heap_bytes, early.heap_bytes + early.heap_bytes / 100);
  EXPECT_LE(late.resident_bytes, early.resident_bytes + early.resident_bytes / 100);
#endif
}

}  // namespace
}  // namespace musicgen
