// A recording of any length to its stems.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "separation/ht_demucs.h"
#include "types/waveform.h"

namespace musicgen::separation {

struct SeparateOptions {
  // The mean over so many positions of the segments within half a second, which costs as many
  // times; 0 as 1, where the recording begins with the first segment.
  int64_t shifts = 0;
  // Stems of the recording's first samples alone; the segments behind them are left out. Negative:
  // of all.
  int64_t wanted_samples = -1;
  // After each segment, on the calling thread: how many are done, of how many.
  std::function<void(int64_t done, int64_t segments)> progress;
  // Once it is true the result is soon there, and empty. Null: nobody will.
  const std::atomic<bool>* stop = nullptr;
};

// How many segments that takes.
int64_t CountSegments(const HtDemucsConfig& config, int64_t samples,
                      const SeparateOptions& options = {});

// Each stem by itself, as a mix (ht_demucs.h).
std::vector<StemMix> EachStem(const HtDemucsConfig& config);
// The stems of these names added up, one mono sound: the mean of the channels. Throws
// Error(kBadInput) for a name that is no stem's.
StemMix SumOfStems(const HtDemucsConfig& config, std::span<const std::string> names);

// The sounds that `mixes` ask for, at the rate of `sound` and as long as it is (or as
// wanted_samples), not rescaled. `sound` has the configuration's rate and channels; its level is as
// it is. Silence gives zeros. Memory: what comes out, and a segment. The same bits for every number
// of threads. Throws Error(kBadInput) for another rate or other channels, and where there are no
// samples; Error(kOutOfMemory).
std::vector<Waveform> Separate(ThreadPool& pool, const HtDemucs& network, const Waveform& sound,
                               std::span<const StemMix> mixes, const SeparateOptions& options = {});

// The level at which demucs' own command gives a recording to its network: the mean and the
// standard deviation of the channels' mean.
struct Level {
  double mean = 0, deviation = 1;
};
Level MeasureLevel(const Waveform& sound);
// (x − mean) / (deviation + 1e-8), in place, and the way back.
void Normalize(const Level& level, Waveform* sound);
void Denormalize(const Level& level, Waveform* sound);

}  // namespace musicgen::separation
