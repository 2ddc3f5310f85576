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

 private:
  struct Stream;

  Stream& Find(StreamId stream) const;
  // Rows of `count` sequence positions from `position` on, for both guidance halves. `logits` go to
  // the last one.
  void AppendRows(Stream& stream, int64_t position, int64_t count, bool logits, int half,
                  std::vector<DecoderRow>* rows) const;
  void Forward(std::span<Stream* const> streams, const std::vector<int64_t>& counts, bool logits);
  void Sample(std::span<Stream* const> streams);

  const Decoder& decoder_;
  ThreadPool& pool_;
  Decoder::Scratch scratch_;
  std::map<StreamId, std::unique_ptr<Stream>> streams_;
  StreamId next_id_ = 1;
  std::vector<SampledColumn> collected_;
};

}  // namespace musicgen::lm
