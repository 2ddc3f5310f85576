// What the codec is fitted to: whole songs as the composer writes them, and mixtures in which every
// sound is as likely as another.
#pragma once

#include <cstdint>
#include <vector>

#include "compose/frame_tables.h"
#include "compose/vocabulary.h"
#include "train/computed_codec/matrix.h"

namespace musicgen::train {

struct FitSize {
  int songs = 60, song_frames = 600;
  int mixtures = 100, mixture_frames = 200;
};

struct FitSequence {
  std::vector<compose::FrameCodes> codes;  // [T]
  Matrix frames;                           // [T, 640], the exact sound
};

// Fixed by the seed.
std::vector<FitSequence> MakeFitData(const compose::Vocabulary& vocabulary,
                                     const compose::FrameTables& tables, const FitSize& size,
                                     uint64_t seed);

// A mixture: each voice plays sounds at random, one after the other or with rests between.
std::vector<compose::FrameCodes> RandomMixture(const compose::Vocabulary& vocabulary, uint64_t seed,
                                               uint64_t counter, int frame_count);

}  // namespace musicgen::train
