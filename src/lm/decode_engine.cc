#include "lm/decode_engine.h"

#include "base/check.h"

namespace musicgen::lm {

DecodeEngine::DecodeEngine(std::unique_ptr<DecodeBackend> backend, int64_t prompt_rows)
    : backend_(std::move(backend)), prompt_rows_(prompt_rows) {
  MG_CHECK_LE(1, prompt_rows);
}

StreamId DecodeEngine::Join(StreamSpec spec) {
  const int64_t steps = spec.pattern.steps() - spec.pattern.FirstStep(spec.prompt.frames);
  const StreamId id = backend_->Admit(std::move(spec));
  active_[id] = steps;
  return id;
}

void DecodeEngine::Leave(StreamId stream) {
  active_.erase(stream);
  backend_->Release(stream);
}

void DecodeEngine::ReplaceConditions(StreamId stream, Conditions conditions) {
  backend_->ReplaceConditions(stream, std::move(conditions));
}

std::vector<SampledColumn> DecodeEngine::Tick() {
  std::vector<StreamId> ready;
  bool passed_a_chunk = false;
  for (const auto& [id, steps] : active_) {
    if (!passed_a_chunk && backend_->PromptRowsLeft(id) > 0) {
      backend_->PassPrompt(id, prompt_rows_);
      passed_a_chunk = true;
    }
    if (backend_->PromptRowsLeft(id) == 0) ready.push_back(id);
  }
  if (!ready.empty()) backend_->Step(ready);
  for (const StreamId id : ready) {
    if (--active_[id] == 0) active_.erase(id);
  }
  return backend_->Collect(/*wait=*/false);
}

}  // namespace musicgen::lm
