// What each sample of a batch is conditioned on: prompts through the text stage, melodies through
// the chroma stage, put together window by window.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "generate/stages.h"
#include "musicgen/musicgen.hpp"
#include "types/conditions.h"
#include "types/waveform.h"

namespace musicgen::generate {

struct SampleCondition {
  ConditionRows text;  // no rows: the null text of a model with cross-attention
  bool null_text = false;
  Waveform melody;             // mono, at the codec's rate; no samples: the null melody
  int64_t melody_samples = 0;  // with the silence that a batch pads it with
};

class Conditioner {
 public:
  // `as_batch`: padding reaches the samples as it does in the reference's own batches, so that each
  // depends on its neighbours; otherwise each gets what it would get alone.
  Conditioner(Stages& stages, conditioning::Reference reference, bool as_batch);

  std::vector<SampleCondition> Prepare(std::span<const GenerationRequest> requests);

  // Of a window that begins at `first_frame`. `windowed`: the piece is longer than the model's
  // window of `window_s`; its melody then moves along, repeated for ever.
  struct Window {
    bool windowed = false;
    int64_t first_frame = 0;
    double window_s = 30.0;
  };
  Conditions For(const SampleCondition& sample, const Window& window, bool two_step_cfg);

 private:
  SampleCondition Alone(const GenerationRequest& request);
  void PadAsBatch(std::vector<SampleCondition>* samples) const;
  ConditionRows MelodyRows(const SampleCondition& sample, const Window& window);
  ConditionRows ZeroRows(int64_t rows) const;

  Stages& stages_;
  conditioning::Reference reference_;
  bool as_batch_;
};

}  // namespace musicgen::generate
