// A device as it may be: what its steps bring comes late, its calls can be made to fail.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "lm/decode_backend.h"

namespace musicgen::lm {

// Hands out what a step brought `late` collects later, unless asked to wait, and what belongs to
// streams that have been released as well, as a device would that has it in flight.
class LateBackend : public DecodeBackend {
 public:
  explicit LateBackend(std::unique_ptr<DecodeBackend> device, size_t late = 1)
      : device_(std::move(device)), late_(late) {}

  // Called before each pass and step with its name; may throw in the device's place.
  std::function<void(const char* call)> fault = [](const char*) {};

  ConditionsHandle Prepare(Conditions conditions) override {
    fault("prepare");
    return device_->Prepare(std::move(conditions));
  }
  void PassConditions(PreparedConditions& conditions, int64_t rows) override {
    fault("conditions");
    device_->PassConditions(conditions, rows);
  }
  uint64_t StreamBytes(const StreamSpec& spec) const override { return device_->StreamBytes(spec); }
  uint64_t AvailableBytes() const override { return device_->AvailableBytes(); }
  int worthwhile_streams() const override { return device_->worthwhile_streams(); }
  StreamId Admit(StreamSpec spec) override {
    fault("admit");
    const StreamId stream = device_->Admit(std::move(spec));
    ++streams_;
    return stream;
  }
  void Change(StreamId stream, const StreamChange& change) override {
    device_->Change(stream, change);
  }
  int64_t PromptRowsLeft(StreamId stream) const override { return device_->PromptRowsLeft(stream); }
  void PassPrompt(StreamId stream, int64_t rows) override {
    fault("prompt");
    device_->PassPrompt(stream, rows);
  }
  void Step(std::span<const StreamId> streams, const std::optional<PromptRows>& beside) override {
    if (beside) fault("prompt");
    fault("step");
    device_->Step(streams, beside);
    in_flight_.push_back(device_->Collect(false));
  }
  Collected Collect(bool wait) override {
    Collected out;
    for (; in_flight_.size() > (wait ? 0 : late_); in_flight_.pop_front()) {
      Collected& oldest = in_flight_.front();
      std::move(oldest.columns.begin(), oldest.columns.end(), std::back_inserter(out.columns));
      std::move(oldest.failed.begin(), oldest.failed.end(), std::back_inserter(out.failed));
    }
    if (wait) {  // what a device that runs ahead itself still has
      Collected rest = device_->Collect(true);
      std::move(rest.columns.begin(), rest.columns.end(), std::back_inserter(out.columns));
      std::move(rest.failed.begin(), rest.failed.end(), std::back_inserter(out.failed));
    }
    return out;
  }
  void Release(StreamId stream) override {
    --streams_;
    device_->Release(stream);
  }
  // Admitted and not released.
  int streams() const { return streams_; }
  std::vector<float> Score(const CodebookPattern& pattern, const Codes& codes,
                           const Branch& branch) override {
    return device_->Score(pattern, codes, branch);
  }
  StageSeconds stage_seconds() const override { return device_->stage_seconds(); }
  StepBytes step_bytes() const override { return device_->step_bytes(); }

 private:
  std::unique_ptr<DecodeBackend> device_;
  const size_t late_;
  std::deque<Collected> in_flight_;
  int streams_ = 0;
};

}  // namespace musicgen::lm
