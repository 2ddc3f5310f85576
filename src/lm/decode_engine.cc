#include "lm/decode_engine.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.h"

namespace musicgen::lm {
namespace {

using Clock = std::chrono::steady_clock;

// What a chunk may take alone, and what it may add to a step that it goes beside, which reads the
// weights for both.
constexpr double kChunkS = 0.03, kBesideS = 0.02;

template <class Pass>
double SecondsOf(const Pass& pass) {
  const Clock::time_point start = Clock::now();
  pass();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <class Pass>
void Measure(ChunkRows* chunk, int64_t rows, const Pass& pass) {
  chunk->Note(rows, SecondsOf(pass));
}

}  // namespace

DecodeEngine::DecodeEngine(DecodeBackend& backend, std::optional<int64_t> chunk_rows)
    : backend_(backend),
      condition_rows_(kChunkS, chunk_rows),
      prompt_rows_(kChunkS, chunk_rows),
      beside_rows_(kBesideS, chunk_rows) {}

DecodeEngine::~DecodeEngine() {
  for (const auto& [id, stream] : streams_) backend_.Release(id);
}

ConditionsHandle DecodeEngine::Prepare(Conditions conditions) {
  ConditionsHandle handle = backend_.Prepare(std::move(conditions));
  if (handle->rows_left() > 0) conditions_.push_back(handle);
  return handle;
}

StreamId DecodeEngine::Join(StreamSpec spec) {
  MG_CHECK_EQ(spec.conditions->rows_left(), 0);
  const int64_t steps = spec.pattern.steps() - spec.pattern.FirstStep(spec.prompt.frames);
  const StreamId id = backend_.Admit(std::move(spec));
  streams_[id].steps = steps;
  return id;
}

void DecodeEngine::Leave(StreamId stream) {
  if (streams_.erase(stream) > 0) backend_.Release(stream);
}

void DecodeEngine::Change(StreamId stream, const StreamChange& change) {
  MG_CHECK(streams_.contains(stream));
  MG_CHECK(change.conditions == nullptr || change.conditions->rows_left() == 0);
  backend_.Change(stream, change);
}

void DecodeEngine::Hold(StreamId stream, bool held) { streams_.at(stream).held = held; }

int64_t DecodeEngine::steps(StreamId stream) const { return streams_.at(stream).enqueued; }

bool DecodeEngine::busy() const {
  return has_chunk() || std::any_of(streams_.begin(), streams_.end(), [](const auto& each) {
           return each.second.collected < each.second.steps;
         });
}

bool DecodeEngine::ready() const {
  return has_chunk() || std::any_of(streams_.begin(), streams_.end(), [](const auto& each) {
           return each.second.waits() || each.second.collected < each.second.enqueued;
         });
}

void DecodeEngine::Fail(StreamId stream, const Error& error, Ticked* out) {
  if (!streams_.contains(stream)) return;
  Leave(stream);
  out->failed.push_back({stream, error});
}

void DecodeEngine::PassChunk(const ConditionsHandle& conditions, Ticked* out) {
  const int64_t rows = std::min(condition_rows_.rows(), conditions->rows_left());
  try {
    Measure(&condition_rows_, rows, [&] { backend_.PassConditions(*conditions, rows); });
  } catch (const std::exception&) {
    out->failed_conditions.push_back({conditions, CurrentError("generating")});
    std::erase_if(conditions_, [&](const auto& each) { return each.lock() == conditions; });
  }
}

void DecodeEngine::PassChunk(StreamId stream, Ticked* out) {
  const int64_t rows = std::min(prompt_rows_.rows(), backend_.PromptRowsLeft(stream));
  try {
    Measure(&prompt_rows_, rows, [&] { backend_.PassPrompt(stream, rows); });
  } catch (const std::exception&) {
    Fail(stream, CurrentError("generating"), out);
  }
}

std::vector<StreamId> DecodeEngine::PromptsLeft() const {
  std::vector<StreamId> prompts;
  for (const auto& [id, stream] : streams_) {
    if (stream.waits() && backend_.PromptRowsLeft(id) > 0) prompts.push_back(id);
  }
  return prompts;
}

bool DecodeEngine::has_chunk() const {
  return !PromptsLeft().empty() ||
         std::any_of(conditions_.begin(), conditions_.end(), [](const auto& each) {
           const ConditionsHandle handle = each.lock();
           return handle != nullptr && handle->rows_left() > 0;
         });
}

DecodeEngine::Chunk DecodeEngine::NextChunk() {
  std::erase_if(conditions_, [](const auto& each) {
    const ConditionsHandle handle = each.lock();
    return handle == nullptr || handle->rows_left() == 0;
  });
  const std::vector<StreamId> prompts = PromptsLeft();
  const size_t passes = conditions_.size() + prompts.size();
  if (passes == 0) return {};
  const size_t mine = turn_++ % passes;
  if (mine >= conditions_.size()) return prompts[mine - conditions_.size()];
  if (ConditionsHandle handle = conditions_[mine].lock()) return handle;
  return {};
}

bool DecodeEngine::StepBeside(StreamId prompt, const std::vector<StreamId>& ready) {
  const int64_t rows = std::min(beside_rows_.rows(), backend_.PromptRowsLeft(prompt));
  try {
    const double seconds = SecondsOf([&] { backend_.Step(ready, PromptRows{prompt, rows}); });
    beside_rows_.Note(rows, seconds - step_s_);
  } catch (const std::exception&) {
    return false;
  }
  for (const StreamId id : ready) ++streams_.at(id).enqueued;
  return true;
}

std::vector<StreamId> DecodeEngine::Ready() const {
  std::vector<StreamId> ready;
  for (const auto& [id, stream] : streams_) {
    if (stream.waits() && backend_.PromptRowsLeft(id) == 0) ready.push_back(id);
  }
  return ready;
}

// A step that throws has not happened. Perhaps it was too large for the memory there is: then each
// stream goes alone, and those that cannot even so have failed.
void DecodeEngine::Step(std::vector<StreamId> ready, Ticked* out) {
  if (ready.empty()) return;
  try {
    step_s_ = SecondsOf([&] { backend_.Step(ready, std::nullopt); });
    for (const StreamId id : ready) ++streams_.at(id).enqueued;
  } catch (const std::exception&) {
    if (ready.size() == 1) return Fail(ready.front(), CurrentError("generating"), out);
    for (const StreamId id : ready) Step({id}, out);
  }
}

bool DecodeEngine::Enqueue(bool pass_chunk, Ticked* out) {
  const Chunk chunk = pass_chunk ? NextChunk() : Chunk();
  if (const auto* prompt = std::get_if<StreamId>(&chunk)) {
    const std::vector<StreamId> ready = Ready();
    if (!ready.empty() && StepBeside(*prompt, ready)) return true;
    PassChunk(*prompt, out);
  } else if (const auto* conditions = std::get_if<ConditionsHandle>(&chunk)) {
    PassChunk(*conditions, out);
  }
  std::vector<StreamId> ready = Ready();
  const bool busy = !ready.empty() || has_chunk();
  Step(std::move(ready), out);
  return busy;
}

void DecodeEngine::Take(Collected collected, Ticked* out) {
  for (SampledColumn& column : collected.columns) {
    const auto found = streams_.find(column.stream);
    if (found == streams_.end()) continue;  // it has left meanwhile
    ++found->second.collected;
    out->columns.push_back(std::move(column));
  }
  for (const FailedStream& failed : collected.failed) Fail(failed.stream, failed.error, out);
}

Ticked DecodeEngine::Tick(bool pass_chunk) {
  Ticked out;
  // A chunk is measured: nothing may be under way that it would wait for.
  if (pass_chunk && has_chunk()) Take(backend_.Collect(/*wait=*/true), &out);
  // With nothing else to do, columns in flight are waited for.
  const bool busy = Enqueue(pass_chunk, &out);
  Take(backend_.Collect(/*wait=*/!busy), &out);
  return out;
}

}  // namespace musicgen::lm
