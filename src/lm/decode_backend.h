// The one seam for devices. Behind it: weights, keys and values, guidance, sampling and random
// numbers. In front of it: who is stepped when (lm/decode_engine.h). A step's columns come back
// asynchronously, so that a device can run ahead of the host.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lm/codebook_pattern.h"
#include "lm/sampling.h"
#include "musicgen/step_stages.hpp"
#include "types/conditions.h"

namespace musicgen::lm {

using StreamId = int64_t;

// One sequence to decode: what it is conditioned on, what is known of it, how the rest is drawn.
struct StreamSpec {
  Conditions conditions;
  CodebookPattern pattern;
  Codes prompt;  // [K, P], P < T frames that are given; P may be 0
  SamplingParams sampling;
  double cfg_coef = 3.0;      // 1, or conditions that are null: one row in place of two
  bool two_step_cfg = false;  // the null row in a pass of its own: less scratch, the same numbers
  uint64_t seed = 0;  // random numbers are keyed by (seed, take, first_frame + frame, codebook)
  uint32_t take = 0;
  int64_t first_frame = 0;  // absolute frame of this sequence's frame 0 (windows of a longer piece)
};

// A column that a step has sampled: its cells hold the special token where the pattern has no code,
// the prompt's codes where these are given.
struct SampledColumn {
  StreamId stream = 0;
  int64_t step = 0;            // index of the column in the pattern
  std::vector<int32_t> codes;  // [K]
};

// Streams are independent: what one receives does not depend on the others, on their order, on the
// sizes of prompt chunks or on the number of threads. Not thread-safe; one owner drives it.
class DecodeBackend {
 public:
  virtual ~DecodeBackend() = default;

  // Takes memory for the stream and computes what depends on its conditions alone. Throws
  // Error(kOutOfMemory), an error of this request alone.
  virtual StreamId Admit(StreamSpec spec) = 0;
  // New conditions from the next step or prompt chunk on; keys and values of the past stay.
  // Prefixes cannot be replaced.
  virtual void ReplaceConditions(StreamId stream, Conditions conditions) = 0;
  // Rows (prefix and columns) that must pass before the first step.
  virtual int64_t PromptRowsLeft(StreamId stream) const = 0;
  // Passes at most so many of them.
  virtual void PassPrompt(StreamId stream, int64_t rows) = 0;
  // Enqueues one step of each stream; they must have no prompt rows left and columns left to
  // sample.
  virtual void Step(std::span<const StreamId> streams) = 0;
  // Columns sampled since the last call, oldest first; with `wait`, of every step enqueued.
  virtual std::vector<SampledColumn> Collect(bool wait) = 0;
  virtual void Release(StreamId stream) = 0;
  // What the stages of all steps so far took; zeros where that is not known.
  virtual StageSeconds stage_seconds() const { return {}; }
};

}  // namespace musicgen::lm
