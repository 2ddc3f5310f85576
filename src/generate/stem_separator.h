// What is left of a melody without its drums and bass.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "model/demucs_files.h"
#include "separation/ht_demucs.h"
#include "types/waveform.h"

namespace musicgen::generate {

// Safe to use from several threads. The weights are found when they are first wanted, and are in
// memory while somebody separates, and no longer; what was separated last is remembered.
class StemSeparator {
 public:
  // `demucs` is what the user names, or empty; `model`, the model's directory or file, or empty:
  // beside it weights are looked for. `tell` is given a sentence when work begins and one for each
  // segment; it may be null.
  StemSeparator(std::string demucs, std::string model,
                std::function<void(const std::string&)> tell);

  // "htdemucs 955717e8"; null where there are no weights. Throws Error(kBadInput) where there is
  // something else at the place that the user names, and for broken files.
  std::optional<std::string> Name();

  // The sum of the stems vocals and other, as long as `mono` [1, N] and at its rate, or the first
  // `wanted` samples of it, for which no more segments are separated than they need. Where `stop`
  // is given and becomes true, something soon. Throws Error(kBadInput) without weights or without
  // these stems, Error(kOutOfMemory) before anything is read.
  Waveform Mix(ThreadPool& pool, const Waveform& mono, int64_t wanted,
               const std::atomic<bool>* stop = nullptr);

 private:
  struct Mixed {
    std::vector<float> mono;
    int64_t wanted;
    Waveform mix;
  };
  const model::DemucsPart* Find();  // under mutex_; null: nowhere
  std::shared_ptr<const separation::HtDemucs> Load(ThreadPool& pool, int64_t samples);
  std::optional<Waveform> Recall(const Waveform& mono, int64_t wanted);
  void Tell(const std::string& sentence) const;

  const std::string demucs_, model_;
  const std::function<void(const std::string&)> tell_;
  std::mutex mutex_;  // of what follows; held while weights are loaded
  bool sought_ = false;
  std::optional<model::DemucsPart> part_;
  std::weak_ptr<const separation::HtDemucs> network_;
  std::mutex mixed_mutex_;
  std::deque<Mixed> mixed_;  // the last one first
};

}  // namespace musicgen::generate
