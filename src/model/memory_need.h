// What a model will take, before anything is loaded.
#pragma once

#include <cstdint>

#include "model/demucs_files.h"
#include "model/mert_files.h"
#include "model/model_files.h"
#include "model/precision.h"

namespace musicgen::model {

// What the weights that text to music loads take in these formats, by stage: what the stages'
// bytes() will say, or a little more (weight norm is multiplied out, and stacked matrices share
// tiles).
struct WeightBytes {
  uint64_t lm = 0, t5 = 0, projections = 0, codec = 0;
  uint64_t total() const { return lm + t5 + projections + codec; }
};
WeightBytes EstimateWeights(const ModelFiles& files, const StageFormats& formats);

struct MemoryEstimate {
  uint64_t weights_bytes = 0;
  uint64_t cache_bytes_per_stream = 0;  // keys and values of a guided stream
  uint64_t scratch_bytes = 0;           // activations, the codec's among them: an allowance
};

MemoryEstimate EstimateMemory(const ModelFiles& files, const StageFormats& formats,
                              double duration_s);

// Throws Error(kOutOfMemory) with what is needed, what there is and which precision needs less when
// `streams` streams do not fit.
void CheckMemory(const ModelFiles& files, const StageFormats& formats, int streams,
                 double duration_s);

// What hearing a style takes as long as it lasts: MERT and the style encoder in float, and what is
// computed of so many samples at MERT's rate.
uint64_t EstimateStyleBytes(const ModelFiles& files, const MertPart& mert, int64_t samples);
// Throws Error(kOutOfMemory) when that is more than there is.
void CheckStyleMemory(const ModelFiles& files, const MertPart& mert, int64_t samples);

// What separating so many samples (at any rate) takes as long as it lasts: the weights in float, a
// segment on its way, and the sound before and behind.
uint64_t EstimateDemucsBytes(const DemucsPart& demucs, int64_t samples);
// Throws Error(kOutOfMemory) when that is more than there is.
void CheckDemucsMemory(const DemucsPart& demucs, int64_t samples);

}  // namespace musicgen::model
