#include "lm/decode_engine.h"

#include <algorithm>
#include <chrono>

#include "base/check.h"

namespace musicgen::lm {
namespace {

constexpr double kChunkSeconds = 0.045;
// Fewer would read the weights too often for what they compute, more wait too long for a cancel.
constexpr int64_t kLeastRows = 4;
constexpr int64_t kMostRows = 256;

}  // namespace

DecodeEngine::DecodeEngine(std::unique_ptr<DecodeBackend> backend,
                           std::optional<int64_t> prompt_rows)
    : backend_(std::move(backend)),
      measures_(!prompt_rows),
      prompt_rows_(prompt_rows.value_or(kLeastRows)) {
  MG_CHECK_LE(1, prompt_rows_);
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

void DecodeEngine::PassChunk(StreamId stream) {
  const int64_t rows = std::min(prompt_rows_, backend_->PromptRowsLeft(stream));
  const auto start = std::chrono::steady_clock::now();
  backend_->PassPrompt(stream, rows);
  if (!measures_ || rows < prompt_rows_) return;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const double rate = static_cast<double>(rows) / std::max(took.count(), 1e-6);
  const auto fitting = static_cast<int64_t>(rate * kChunkSeconds);
  prompt_rows_ = std::clamp(fitting, kLeastRows, std::min(2 * rows, kMostRows));
}

std::vector<SampledColumn> DecodeEngine::Tick() {
  std::vector<StreamId> ready;
  bool passed_a_chunk = false;
  for (const auto& [id, steps] : active_) {
    if (!passed_a_chunk && backend_->PromptRowsLeft(id) > 0) {
      PassChunk(id);
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
