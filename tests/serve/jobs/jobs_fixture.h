// Tiny models behind Jobs, and somebody who waits for them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fixtures_directory.h"
#include "serve/jobs/jobs.h"

namespace musicgen::serve {

inline ServedModel Fixture(const std::string& name, int threads = 1) {
  ServedModel model;
  model.id = name;
  model.options.model = std::string(kFixturesDirectory) + "/" + name;
  model.options.precision = Precision::kF32;
  model.options.threads = threads;
  return model;
}

inline JobRequest Order(uint64_t seed, double duration_s, bool stream = false) {
  JobRequest order;
  order.request.prompt = "a march for two trumpets";
  order.request.params.duration_s = duration_s;
  order.seed = seed;
  order.stream = stream;
  return order;
}

// Keeps what it hears.
class Listener : public JobWatcher {
 public:
  void Started(const JobStatus&) override {
    Note([&] { started = true; });
  }
  void Sound(int take, const Waveform& chunk) override {
    Note([&] {
      sound.resize(std::max(sound.size(), static_cast<size_t>(take) + 1));
      sound[static_cast<size_t>(take)].insert(sound[static_cast<size_t>(take)].end(),
                                              chunk.channel(0), chunk.channel(0) + chunk.samples);
    });
  }
  void Progress(const JobStatus& status) override {
    Note([&] { progress.push_back(status); });
  }
  void Steered(int64_t step) override {
    Note([&] { steered.push_back(step); });
  }
  void Ended(const JobStatus& status) override {
    Note([&] { end = status; });
  }

  template <class Condition>
  bool WaitFor(const Condition& condition) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), condition);
  }
  JobStatus WaitForEnd() {
    EXPECT_TRUE(WaitFor([&] { return end.has_value(); })) << "a job without end";
    return end.value_or(JobStatus());
  }

  bool started = false;
  std::vector<std::vector<float>> sound;  // of each take the first channel
  std::vector<JobStatus> progress;
  std::vector<int64_t> steered;
  std::optional<JobStatus> end;

 private:
  template <class Change>
  void Note(const Change& change) {
    std::lock_guard<std::mutex> lock(mutex_);
    EXPECT_FALSE(end) << "a call after the last one";
    change();
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
};

// The files of a job that is done.
inline std::vector<std::string> Files(Jobs& jobs, const std::string& id,
                                      const std::string& format) {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> files;
  bool is_done = false;
  jobs.Render(id, format, [&](std::vector<std::string> made, const std::exception_ptr& problem) {
    std::lock_guard<std::mutex> lock(mutex);
    EXPECT_EQ(problem, nullptr);
    files = std::move(made);
    is_done = true;
    changed.notify_all();
  });
  std::unique_lock<std::mutex> lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return is_done; }));
  return files;
}

// What is refused, and why.
template <class Call>
Failure RefusalOf(const Call& call) {
  try {
    call();
  } catch (const Refusal& refusal) {
    return refusal.failure();
  }
  ADD_FAILURE() << "nothing was refused";
  return {};
}

}  // namespace musicgen::serve
