// What each sample is conditioned on, put together window by window from its text and its melody.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "conditioning/reference.h"
#include "generate/stages.h"
#include "types/conditions.h"
#include "types/waveform.h"

namespace musicgen::generate {

struct SampleCondition {
  ConditionRows text;          // no rows: the null text of a model with cross-attention
  Waveform melody;             // mono, at the codec's rate; no samples: the null melody
  int64_t melody_samples = 0;  // with the silence that a batch pads it with
};

// The window of a piece that begins at `first_frame`. `windowed`: the piece is longer than the
// model's window of `window_s`; its melody then moves along, repeated for ever.
struct ConditionWindow {
  bool windowed = false;
  int64_t first_frame = 0;
  double window_s = 30.0;
};

// Safe to use from several threads. Work is done on the team that is given.
class Conditioner {
 public:
  Conditioner(Stages& stages, conditioning::Reference reference);

  // The rows of no text.
  ConditionRows NullText() const;
  // The sound that a melody's chroma will be taken of.
  void SetMelody(const Waveform& melody, SampleCondition* sample) const;
  // As the reference's own batches do it: padding reaches the samples, so that each depends on its
  // neighbours.
  void PadAsBatch(std::vector<SampleCondition>* samples) const;

  Conditions For(ThreadPool& pool, const SampleCondition& sample, const ConditionWindow& window,
                 bool two_step_cfg) const;

 private:
  ConditionRows MelodyRows(ThreadPool& pool, const SampleCondition& sample,
                           const ConditionWindow& window) const;
  ConditionRows ZeroRows(int64_t rows) const;

  Stages& stages_;
  conditioning::Reference reference_;
};

}  // namespace musicgen::generate
