// From a melody's sound to the chroma rows that stand in front of the codes.
#pragma once

#include <cstdint>

#include "conditioning/chroma_extractor.h"
#include "conditioning/reference.h"
#include "types/chroma.h"
#include "types/conditions.h"
#include "types/waveform.h"

namespace musicgen::conditioning {

struct MelodyFormat {
  int64_t sample_rate_hz = 32000;
  // AudioCraft first makes the model's channels of a melody, then takes their mean: a difference
  // for sounds of more than two channels alone.
  int64_t channels = 1;
  // transformers cuts a melody to its extractor's chunk; AudioCraft does not.
  int64_t most_samples = 960000;
};

// The mono sound whose chroma is taken. AudioCraft resamples by julius (convert_audio),
// transformers by torchaudio with a window of 24 and a rolloff of 0.945. Throws Error(kBadInput)
// for an empty sound.
Waveform MelodySound(const Waveform& melody, Reference reference, const MelodyFormat& format = {});

// The melody of one window of a piece longer than the model's: AudioCraft's sample
// (first + i) mod N, always as long as a window.
Waveform MelodyWindow(const Waveform& sound, int64_t first_sample, int64_t samples);

// `sound` with silence behind it, `samples` long; as it is where it is no shorter.
Waveform PadBehind(const Waveform& sound, int64_t samples);

// How many of a sound's first samples the first `frames` rows of its chroma are made of.
int64_t ChromaSamples(const ChromaConfig& config, int64_t frames);

// A chroma of `frames` rows: a longer one is cut, a shorter one repeated from its beginning.
Chroma MatchLength(const Chroma& chroma, int64_t frames);

// What both references put in place of no melody: the chroma of silence, class 0 throughout.
Chroma NullChroma(int64_t frames, int64_t classes);

// The prefix of a melody model: [chroma][text], the codes follow. Both have the same width.
ConditionRows JoinPrefix(const ConditionRows& melody, const ConditionRows& text);

}  // namespace musicgen::conditioning
