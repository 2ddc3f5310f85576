// Streams stepped together: each joins and leaves between steps, long prompt passes run in chunks
// between the steps of the others. Batches of prompts, live streaming and continuous batching stand
// on this.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "lm/decode_backend.h"

namespace musicgen::lm {

class DecodeEngine {
 public:
  // A chunk of a prompt pass has so many rows; without them, as many as take about 45 ms, so that
  // it does not hold up the other streams.
  explicit DecodeEngine(std::unique_ptr<DecodeBackend> backend,
                        std::optional<int64_t> prompt_rows = std::nullopt);

  // Throws Error(kOutOfMemory); the other streams are not touched.
  StreamId Join(StreamSpec spec);
  // May come at any time between ticks, before the stream is finished too.
  void Leave(StreamId stream);
  void ReplaceConditions(StreamId stream, Conditions conditions);

  // One chunk of the oldest prompt pass that is waiting, then one step of every stream that is
  // ready. Returns the columns that became known.
  std::vector<SampledColumn> Tick();

  // Streams that still have columns to sample.
  bool busy() const { return !active_.empty(); }
  StageSeconds stage_seconds() const { return backend_->stage_seconds(); }

 private:
  void PassChunk(StreamId stream);

  std::unique_ptr<DecodeBackend> backend_;
  bool measures_;  // how many rows fit
  int64_t prompt_rows_;
  std::map<StreamId, int64_t> active_;  // stream → steps left
};

}  // namespace musicgen::lm
