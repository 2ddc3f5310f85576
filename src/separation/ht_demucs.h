// HT-Demucs: one segment of a sound to its stems.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "separation/ht_demucs_config.h"
#include "types/waveform.h"

namespace musicgen::separation {

// A sound that is wanted: the sum of some stems. `mono`: the mean of its channels.
struct StemMix {
  std::vector<int64_t> stems;  // indices into HtDemucsConfig::sources
  bool mono = false;
};

// Immutable; any number of threads may use it. Every result is the same bits for every number of
// threads.
class HtDemucs {
 public:
  // Packs the weights in float, on the threads of the pool, and lets go of the file's pages. The
  // tensors must have passed CheckTensors against ExpectedTensors. Throws Error(kOutOfMemory).
  HtDemucs(ThreadPool& pool, const HtDemucsConfig& config, const checkpoint::TensorSource& source);
  ~HtDemucs();
  HtDemucs(HtDemucs&&) noexcept;

  const HtDemucsConfig& config() const;
  size_t bytes() const;  // of the weights
  // What Run takes beside them, at most.
  static uint64_t ActivationBytes(const HtDemucsConfig& config);

  // The mixes [channels, L] of `segment` [channels, L = config.segment_samples()]. Empty once
  // `stop` is set.
  std::vector<Waveform> Run(ThreadPool& pool, const Waveform& segment,
                            std::span<const StemMix> mixes,
                            const std::atomic<bool>* stop = nullptr) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace musicgen::separation
