// The decode backend made of the op headers. A step runs when it is enqueued; Collect only hands
// out what it drew.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "lm/decode_backend.h"
#include "lm/decoder.h"

namespace musicgen::lm {

class CpuBackend : public DecodeBackend {
 public:
  // Both outlive the backend.
  CpuBackend(const Decoder& decoder, ThreadPool& pool);
  ~CpuBackend() override;

  StreamId Admit(StreamSpec spec) override;
  void ReplaceConditions(StreamId stream, Conditions conditions) override;
  int64_t PromptRowsLeft(StreamId stream) const override;
  void PassPrompt(StreamId stream, int64_t rows) override;
  void Step(std::span<const StreamId> streams) override;
  std::vector<SampledColumn> Collect(bool wait) override;
  void Release(StreamId stream) override;
  StageSeconds stage_seconds() const override { return scratch_.clock.seconds(); }

 private:
  struct Half;
  struct Stream;

  Stream& Find(StreamId stream) const;
  // At most `count` rows of each stream's halves, as far as its prompt or next step goes; with
  // `step`, exactly the one row before the column to sample, and its logits.
  void Forward(std::span<Stream* const> streams, int64_t count, bool step);
  void Sample(std::span<Stream* const> streams);

  const Decoder& decoder_;
  ThreadPool& pool_;
  Decoder::Scratch scratch_;
  std::map<StreamId, std::unique_ptr<Stream>> streams_;
  StreamId next_id_ = 1;
  std::vector<SampledColumn> collected_;
};

}  // namespace musicgen::lm
