// A request between its submission and its last event.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "generate/pipeline.h"
#include "lm/decode_engine.h"
#include "musicgen/events.hpp"
#include "session/preparer.h"

namespace musicgen::session {

// The window of a piece that is being generated.
struct JobWindow {
  JobWindow(const lm::CodebookPattern& p, const Codes& prompt)
      : pattern(p),
        first_step(p.FirstStep(prompt.frames)),
        sequence(p.Build(prompt, 0, 0)),
        known(prompt.frames) {}

  void Take(const lm::SampledColumn& column);
  bool complete() const { return columns_to == pattern.steps(); }
  int64_t steps() const { return pattern.steps() - first_step; }
  // The codes of frames [begin, end) of those known.
  Codes Frames(int64_t begin, int64_t end) const;

  lm::CodebookPattern pattern;
  int64_t first_step;      // the first column that is not given
  Codes sequence;          // [K, S]
  int64_t known;           // leading frames of which every codebook is known
  int64_t columns_to = 0;  // columns before it have come
  lm::StreamId stream = 0;
};

// A steering on its way: its prompt becomes text, then conditions on the device.
struct PendingSteering {
  Steering wanted;
  Preparer::Handle task;
  std::shared_ptr<ConditionRows> text;
  lm::ConditionsHandle conditions;
};

// What the next window of a model conditioned in front of the codes will be given.
struct NextConditions {
  int64_t first_frame = 0;
  Preparer::Handle task;
  std::shared_ptr<Conditions> conditions;
};

struct Job {
  RequestId id = 0;
  RequestOptions options;
  GenerationParams params;  // as steered
  bool cancelled = false;
  bool told_deferred = false;

  std::optional<generate::Sample> sample;  // once prepared
  int64_t steps_total = 0;

  std::optional<NextConditions> next;
  std::optional<ConditionRows> next_text;  // what it was steered to, where that waits for a window
  bool admitted = false;                   // it has its share of memory
  lm::ConditionsHandle conditions;         // of the window; null until they are known
  uint64_t reserved_bytes = 0;             // of keys and values, while it runs
  std::optional<JobWindow> window;         // while it is stepped
  int64_t steps_before = 0;                // of the windows before this one
  int64_t steps_done = 0;
  int64_t delivered = 0;                  // frames that went to the codec
  bool all_sound = false;                 // has come back from it
  std::deque<PendingSteering> steerings;  // by step
  std::optional<int64_t> hold_at;         // no steps from this one on
  std::vector<std::vector<float>> audio;  // of each channel, where it is kept

  bool wants_audio() const { return options.stream_audio || keeps_audio(); }
  bool keeps_audio() const { return options.decode_audio && params.duration_s != kEndless; }
  bool finished() const { return sample && sample->piece.done() && !window; }
};

}  // namespace musicgen::session
