// A segment's spectrum as the network takes it, complex numbers as channels, and the way back.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "separation/group_norm.h"
#include "separation/ht_demucs_config.h"
#include "separation/plane.h"
#include "separation/stem_mix.h"
#include "types/waveform.h"

namespace musicgen::separation {

// What was taken off a segment: x = (segment − mean) / (1e-5 + deviation); both become floats.
struct Scaling {
  float mean = 0, deviation = 0;
};
Scaling ScalingOf(std::span<const Moments> parts);
// x becomes that.
void TakeOff(const Scaling& scaling, int64_t n, float* x);

// [T, n_fft / 2, 2 · channels] of `segment` [channels, L]: real and imaginary part of each channel
// in turn; the last bin is left out.
Plane SegmentSpectrum(ThreadPool& team, const HtDemucsConfig& config, const Waveform& segment);

// The inverse of spectra [T, n_fft / 2, stems · 2 · channels], of which the last decoder's output
// `decoded` lacks the scaling: for each mix one sound [L].
std::vector<Waveform> MixSpectra(ThreadPool& team, const HtDemucsConfig& config,
                                 const Plane& decoded, const Scaling& scaling,
                                 std::span<const StemMix> mixes);
// Adds to them what the time branch's last decoder gave, [1, L, stems · channels].
void AddWaves(ThreadPool& team, const HtDemucsConfig& config, const Plane& decoded,
              const Scaling& scaling, std::span<const StemMix> mixes,
              std::vector<Waveform>* sounds);

}  // namespace musicgen::separation
