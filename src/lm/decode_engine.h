// Streams stepped together: each joins and leaves between steps; passes of prompts and conditions
// run in chunks between the steps of the others. Batches of prompts, live streaming and continuous
// batching stand on this.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "lm/chunk_rows.h"
#include "lm/decode_backend.h"

namespace musicgen::lm {

// What a tick brought.
struct Ticked {
  std::vector<SampledColumn> columns;  // oldest first
  std::vector<FailedStream> failed;    // these have left
  struct FailedConditions {
    ConditionsHandle conditions;
    Error error;
  };
  std::vector<FailedConditions> failed_conditions;
};

// Not thread-safe.
class DecodeEngine {
 public:
  // The backend outlives the engine, which alone drives it. A chunk has `chunk_rows` rows, or as
  // many as do not hold up the other streams for long.
  explicit DecodeEngine(DecodeBackend& backend, std::optional<int64_t> chunk_rows = std::nullopt);
  // Releases what is left.
  ~DecodeEngine();
  DecodeEngine(const DecodeEngine&) = delete;
  DecodeEngine& operator=(const DecodeEngine&) = delete;

  // Passed in chunks by the coming ticks, until nobody holds them any more. Throws
  // Error(kOutOfMemory).
  ConditionsHandle Prepare(Conditions conditions);

  // The conditions are complete. Throws Error(kOutOfMemory); the other streams are not touched.
  StreamId Join(StreamSpec spec);
  // May come at any time between ticks, before the stream is finished too.
  void Leave(StreamId stream);
  // From the next step on.
  void Change(StreamId stream, const StreamChange& change);
  // A stream that is held is not stepped.
  void Hold(StreamId stream, bool held);
  // Steps enqueued so far.
  int64_t steps(StreamId stream) const;

  // One chunk of the passes that wait, in turns, and one step of every stream that is ready.
  // Without `pass_chunk` the steps alone.
  Ticked Tick(bool pass_chunk = true);

  // Whether columns are still to come (of streams that are held, too) or rows to be passed.
  bool busy() const;
  // Whether a tick would pass, step or collect anything now: not everything is held.
  bool ready() const;
  // Whether a chunk waits; whether a stream's step does, which a chunk would hold up.
  bool has_chunk() const;
  bool has_step() const { return !Ready().empty(); }
  StageSeconds stage_seconds() const { return backend_.stage_seconds(); }

 private:
  struct Stream {
    int64_t steps = 0;  // that it will have
    int64_t enqueued = 0, collected = 0;
    bool held = false;
    bool waits() const { return !held && enqueued < steps; }
  };

  // The pass whose turn it is: nothing, conditions or a stream's prompt.
  using Chunk = std::variant<std::monostate, ConditionsHandle, StreamId>;
  Chunk NextChunk();
  void PassChunk(const ConditionsHandle& conditions, Ticked* out);
  void PassChunk(StreamId stream, Ticked* out);
  // What a tick passes and steps. False: there was nothing.
  bool Enqueue(bool pass_chunk, Ticked* out);
  // A chunk of this stream's prompt in the same pass as the step. False: it threw, and nothing has
  // happened.
  bool StepBeside(StreamId prompt, const std::vector<StreamId>& ready);
  std::vector<StreamId> Ready() const;
  std::vector<StreamId> PromptsLeft() const;
  void Step(std::vector<StreamId> ready, Ticked* out);
  void Take(Collected collected, Ticked* out);
  void Fail(StreamId stream, const Error& error, Ticked* out);

  DecodeBackend& backend_;
  ChunkRows condition_rows_, prompt_rows_, beside_rows_;
  double step_s_ = 0;  // of the last step alone
  std::map<StreamId, Stream> streams_;
  std::vector<std::weak_ptr<PreparedConditions>> conditions_;  // that have rows left
  size_t turn_ = 0;                                            // of the passes
};

}  // namespace musicgen::lm
