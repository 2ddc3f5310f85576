// Recordings to stems, one at a time, beside the music.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "musicgen/separator.hpp"
#include "serve/jobs/worker.h"

namespace musicgen::serve {

struct SeparationOptions {
  std::string demucs;  // weights of HT-Demucs or their folder; empty: as they lie in the caches
  int threads = 0;     // 0: one for each processor
  int queue = 4;       // that may wait
};

// Thread-safe. The weights are opened by the first who needs them.
class Separations {
 public:
  explicit Separations(SeparationOptions options) : options_(std::move(options)) {}

  // Runs `work` on the thread of separations, which gives way to others. Throws Refusal(429) where
  // too many wait. At the end what has not begun is dropped.
  void Post(std::function<void()> work);
  // Of Post's work alone. Throws Refusal(404) where there are no weights.
  const Separator& Open();
  // Set when the server ends: what runs should stop.
  bool ends() const { return ends_; }

  void Stop() { ends_ = true; }

 private:
  const SeparationOptions options_;
  std::atomic<int> waiting_ = 0;
  std::atomic<bool> ends_ = false;
  std::optional<Separator> separator_;
  Worker worker_{1, Worker::Kind::kDroppedAtTheEnd, /*gives_way=*/true};  // ends first
};

}  // namespace musicgen::serve
