// Sample rate conversion by windowed sinc interpolation, as the two references do it. Both compute
// their filters and the output's length in float32, which this follows; their sums differ from ours
// in the last bits only.
#pragma once

#include <cstdint>

#include "types/waveform.h"

namespace musicgen::audio {

// Rates a sound may have; anything else is refused with Error(kBadInput).
inline constexpr int64_t kMostSampleRate = 768000;

// julius.resample_frac(zeros=24, rolloff=0.945), which AudioCraft's convert_audio calls: the ends
// of the sound are held, every filter is normalised to a sum of 1.
Waveform ResampleJulius(const Waveform& wave, int64_t to_hz);

// torchaudio.functional.resample: zeros beyond the ends, no normalisation.
struct SincFilter {
  int64_t lowpass_filter_width = 6;
  double rolloff = 0.99;
};
// What transformers' melody feature extractor passes.
inline constexpr SincFilter kMelodyFilter = {24, 0.945};
Waveform ResampleTorchaudio(const Waveform& wave, int64_t to_hz, const SincFilter& filter = {});

// Samples that come out. The quotient is rounded to float32 before it is rounded to an integer, so
// that above 2^16 samples it may be off by one against integer arithmetic, and that julius rounds
// down and torchaudio up.
int64_t JuliusLength(int64_t samples, int64_t from_hz, int64_t to_hz);
int64_t TorchaudioLength(int64_t samples, int64_t from_hz, int64_t to_hz);

}  // namespace musicgen::audio
