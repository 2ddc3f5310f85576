// The language model's seam for devices. Behind it: weights, keys and values, guidance, sampling
// and random numbers. In front of it: who is stepped when (lm/decode_engine.h). A step's columns
// come back asynchronously, so that a device can run ahead of the host.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/error.h"
#include "lm/codebook_pattern.h"
#include "lm/guidance.h"
#include "lm/sampling.h"
#include "musicgen/step_stages.hpp"
#include "types/conditions.h"

namespace musicgen::lm {

using StreamId = int64_t;

// Conditions on the device, with what depends on them alone: the keys and values of
// cross-attention, which DecodeBackend::PassConditions computes row by row. Complete, they are
// immutable and may serve any number of streams, and windows of one piece.
class PreparedConditions {
 public:
  virtual ~PreparedConditions() = default;
  // Rows of cross-attention still to be passed.
  virtual int64_t rows_left() const = 0;
};
using ConditionsHandle = std::shared_ptr<PreparedConditions>;

// One sequence to decode: what it is conditioned on, what is known of it, how the rest is drawn.
struct StreamSpec {
  ConditionsHandle conditions;  // of this backend, complete
  CodebookPattern pattern;
  Codes prompt;  // [K, P], P < T frames that are given; P may be 0
  SamplingParams sampling;
  GuidanceCoefs guidance = {3.0};  // all 1, or branches that agree: one row in place of several
  bool two_step_cfg = false;  // the null row in a pass of its own: less scratch, the same numbers
  uint64_t seed = 0;  // random numbers are keyed by (seed, take, first_frame + frame, codebook)
  uint32_t take = 0;
  int64_t first_frame = 0;  // absolute frame of this sequence's frame 0 (windows of a longer piece)
};

// What a running stream may change; what is absent stays.
struct StreamChange {
  ConditionsHandle conditions;  // complete; prefixes cannot be changed
  std::optional<SamplingParams> sampling;
  std::optional<GuidanceCoefs> guidance;
};

// A column that a step has sampled: its cells hold the special token where the pattern has no code,
// the prompt's codes where these are given.
struct SampledColumn {
  StreamId stream = 0;
  int64_t step = 0;            // index of the column in the pattern
  std::vector<int32_t> codes;  // [K]
};

// A stream that can give no more columns, by a fault of its own.
struct FailedStream {
  StreamId stream = 0;
  Error error;
};

struct Collected {
  std::vector<SampledColumn> columns;  // oldest first
  std::vector<FailedStream> failed;
};

// What one step of a guided stream reads.
struct StepBytes {
  StageBytes weights{};          // packed matrices, by the stage that reads them
  uint64_t kv_per_position = 0;  // keys and values of each position before it, both rows
};

// Rows of a stream's prompt, to be passed beside a step of others.
struct PromptRows {
  StreamId stream = 0;
  int64_t rows = 0;  // at most
};

// Streams are independent: what one receives does not depend on the others, on their order, on the
// sizes of prompt chunks or on the number of threads. Not thread-safe; one owner drives it.
//
// Faults. Prepare and Admit throw Error(kOutOfMemory), which concerns this request alone. When
// PassConditions, PassPrompt or Step throws, nothing has happened: the same call may be made again,
// with fewer rows or streams. What a step finds wrong with a single stream (predictions that are no
// numbers) comes out of Collect. After either, the stream is still to be released.
class DecodeBackend {
 public:
  virtual ~DecodeBackend() = default;

  virtual ConditionsHandle Prepare(Conditions conditions) = 0;
  // Passes at most so many rows.
  virtual void PassConditions(PreparedConditions& conditions, int64_t rows) = 0;

  // What Admit will take for such a stream, and what there is for all of them, in bytes; 0:
  // unknown.
  virtual uint64_t StreamBytes(const StreamSpec& spec) const = 0;
  virtual uint64_t AvailableBytes() const = 0;
  // Streams beyond which a step takes longer in proportion: more at once help nobody.
  virtual int worthwhile_streams() const = 0;

  // Takes memory for the stream.
  virtual StreamId Admit(StreamSpec spec) = 0;
  // From the next step enqueued on; keys and values of the past stay. A branch that begins to count
  // has rows of the past to pass first, as a prompt.
  virtual void Change(StreamId stream, const StreamChange& change) = 0;
  // Rows (prefix and columns) that must pass before the next step.
  virtual int64_t PromptRowsLeft(StreamId stream) const = 0;
  // Passes at most so many of them.
  virtual void PassPrompt(StreamId stream, int64_t rows) = 0;
  // Enqueues one step of each stream; they must have no prompt rows left and columns left to
  // sample. A backend that is far enough ahead of Collect may wait. With `beside` also as
  // PassPrompt of a stream that is not among them, in the same pass over the weights where that is
  // possible; it returns when that has passed.
  virtual void Step(std::span<const StreamId> streams, const std::optional<PromptRows>& beside) = 0;
  // What has come since the last call; with `wait`, all of every step enqueued.
  virtual Collected Collect(bool wait) = 0;
  // At any time; columns in flight are dropped, now or by whoever collects them.
  virtual void Release(StreamId stream) = 0;

  // Teacher forcing, apart from all streams: logits [K, T, V] of one branch at the codes they
  // predict (position t of codebook k holds the prediction of code (k, t)). T = pattern.frames() =
  // codes.frames.
  virtual std::vector<float> Score(const CodebookPattern& pattern, const Codes& codes,
                                   const Branch& branch) = 0;

  // What the stages of all steps so far took; zeros where that is not known.
  virtual StageSeconds stage_seconds() const { return {}; }
  virtual StepBytes step_bytes() const = 0;
};

}  // namespace musicgen::lm
