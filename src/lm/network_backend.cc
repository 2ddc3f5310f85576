#include "lm/network_backend.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "gpu/device_lost.h"
#include "lm/network_streams.h"
#include "lm/scorer.h"

namespace musicgen::lm {
namespace {

// More would take memory for keys and values before they take less time each; those behind join as
// others finish.
constexpr int kWorthwhileStreams = 8;

}  // namespace

NetworkBackend::NetworkBackend(std::shared_ptr<Network> network)
    : NetworkBackend(std::move(network), nullptr) {}

NetworkBackend::NetworkBackend(const MakeNetwork& make) : NetworkBackend(make(), make) {}

NetworkBackend::NetworkBackend(std::shared_ptr<Network> network, MakeNetwork make_anew)
    : make_anew_(std::move(make_anew)), config_(network->config()), network_(std::move(network)) {}

NetworkBackend::~NetworkBackend() {
  if (network_ != nullptr) network_->DropDrawn();
}

NetworkStream& NetworkBackend::Find(StreamId stream) const {
  const auto found = streams_.find(stream);
  MG_CHECK(found != streams_.end());
  return *found->second;
}

template <class Work>
auto NetworkBackend::OnNetwork(const Work& work) {
  if (network_ == nullptr) MakeAnew();
  try {
    return work(*network_);
  } catch (const gpu::DeviceLost&) {
    if (make_anew_ == nullptr) throw;
  }
  MakeAnew();
  return work(*network_);
}

std::vector<std::shared_ptr<NetworkConditions>> NetworkBackend::LetGo() {
  lost_.insert(lost_.begin(), under_way_.begin(), under_way_.end());
  under_way_.clear();
  std::vector<std::shared_ptr<NetworkConditions>> prepared;
  for (const std::weak_ptr<NetworkConditions>& each : prepared_) {
    if (auto conditions = each.lock()) prepared.push_back(std::move(conditions));
  }
  for (const auto& conditions : prepared) {
    for (NetworkConditions::Cross& cross : conditions->cross) cross.cache.reset();
  }
  for (const auto& [id, stream] : streams_) {
    stream->TakeBack();
    for (NetworkLane& lane : stream->lanes) lane.cache.reset();
  }
  network_.reset();
  return prepared;
}

void NetworkBackend::MakeAnew() {
  // What the lost one holds goes first: a card has no room for two.
  const auto prepared = LetGo();
  std::shared_ptr<Network> network = make_anew_();
  for (const auto& conditions : prepared) conditions->Restore(*network);
  for (const auto& [id, stream] : streams_) stream->Restore(*network);
  for (; !lost_.empty(); lost_.pop_front()) {
    std::vector<NetworkStream*> streams;
    for (const Enqueued::Column& column : lost_.front().columns) {
      const auto found = streams_.find(column.stream);
      if (found == streams_.end() || found->second->failed) continue;
      MG_CHECK_EQ(found->second->next_step, column.step);
      streams.push_back(found->second.get());
    }
    if (!streams.empty()) Enqueue(*network, streams, std::nullopt);
  }
  network_ = std::move(network);
}

ConditionsHandle NetworkBackend::Prepare(Conditions conditions) {
  const bool keep = make_anew_ != nullptr;
  if (network_ == nullptr) MakeAnew();
  auto prepared = std::make_shared<NetworkConditions>(*network_, std::move(conditions), keep);
  if (keep) {
    std::erase_if(prepared_, [](const auto& each) { return each.expired(); });
    prepared_.push_back(prepared);
  }
  return prepared;
}

void NetworkBackend::PassConditions(PreparedConditions& conditions, int64_t rows) {
  OnNetwork(
      [&](Network& network) { static_cast<NetworkConditions&>(conditions).Pass(network, rows); });
}

NetworkLane NetworkBackend::NewLane(const NetworkStream& stream, size_t branch) {
  return OnNetwork([&](Network& network) {
    return NetworkLane{network.NewCache(stream.positions(branch)), 0, {}};
  });
}

uint64_t NetworkBackend::StreamBytes(const StreamSpec& spec) const {
  NetworkStream stream;
  stream.spec.pattern = spec.pattern;
  stream.spec.guidance = spec.guidance;
  stream.conditions = std::static_pointer_cast<const NetworkConditions>(spec.conditions);
  stream.uniform = stream.conditions->uniform;
  uint64_t bytes = 0;
  if (network_ == nullptr) return bytes;  // whoever is admitted learns why
  for (size_t branch = 0; branch < stream.wanted_lanes(); ++branch) {
    bytes += network_->CacheBytes(stream.positions(branch));
  }
  return bytes;
}

uint64_t NetworkBackend::AvailableBytes() const {
  return network_ == nullptr ? 0 : network_->AvailableBytes();
}

int NetworkBackend::worthwhile_streams() const { return kWorthwhileStreams; }

StreamId NetworkBackend::Admit(StreamSpec spec) {
  MG_CHECK_EQ(spec.pattern.codebooks(), config_.codebooks);
  MG_CHECK_LT(spec.prompt.frames, spec.pattern.frames());
  auto stream = std::make_unique<NetworkStream>();
  stream->conditions = std::static_pointer_cast<const NetworkConditions>(spec.conditions);
  MG_CHECK_EQ(stream->conditions->rows_left(), 0);
  MG_CHECK_EQ(stream->conditions->branches().size(), spec.guidance.size() + 1);
  if (spec.prompt.frames == 0) spec.prompt = Codes(config_.codebooks, 0);
  stream->sequence = spec.pattern.Build(spec.prompt, config_.special_token(), kUnknownCode);
  stream->next_step = spec.pattern.FirstStep(spec.prompt.frames);
  stream->spec = std::move(spec);
  stream->uniform = stream->conditions->uniform;
  ChooseLanes(*stream);
  stream->id = next_id_++;
  const StreamId id = stream->id;
  streams_.emplace(id, std::move(stream));
  return id;
}

void NetworkBackend::ChooseLanes(NetworkStream& stream) {
  const size_t wanted = stream.wanted_lanes();
  while (stream.lanes.size() < wanted) stream.lanes.push_back(NewLane(stream, stream.lanes.size()));
  stream.active = wanted;
}

void NetworkBackend::Change(StreamId id, const StreamChange& change) {
  NetworkStream& stream = Find(id);
  // What is under way has been asked for as the stream was.
  TakeAll();
  if (stream.failed) return;
  const auto conditions =
      change.conditions == nullptr
          ? stream.conditions
          : std::static_pointer_cast<const NetworkConditions>(change.conditions);
  MG_CHECK_EQ(conditions->rows_left(), 0);
  MG_CHECK_EQ(conditions->branches().size(), stream.conditions->branches().size());
  if (change.conditions != nullptr) {
    for (size_t branch = 0; branch < conditions->branches().size(); ++branch) {
      MG_CHECK_EQ(conditions->branches()[branch].prefix.rows, 0);
      MG_CHECK_EQ(stream.prefix(branch).rows, 0);
    }
  }
  if (stream.uniform && !conditions->uniform) {
    // Until now all branches would have been the same rows.
    std::vector<NetworkLane> lanes;
    OnNetwork([&](Network& network) {
      const NetworkLane& first = stream.lanes[0];
      lanes.clear();
      for (size_t branch = 1; branch < conditions->branches().size(); ++branch) {
        lanes.push_back({network.Clone(*first.cache, first.passed), first.passed, first.past});
      }
    });
    std::move(lanes.begin(), lanes.end(), std::back_inserter(stream.lanes));
    stream.uniform = false;
  }
  stream.conditions = conditions;
  if (change.sampling) stream.spec.sampling = *change.sampling;
  if (change.guidance) stream.spec.guidance = *change.guidance;
  ChooseLanes(stream);
}

int64_t NetworkBackend::PromptRowsLeft(StreamId id) const {
  const NetworkStream& stream = Find(id);
  int64_t left = 0;
  for (size_t branch = 0; branch < stream.active; ++branch) {
    left = std::max(left, stream.RowsLeft(branch));
  }
  return left;
}

void NetworkBackend::AddPrompt(const NetworkStream& stream, int64_t rows,
                               std::vector<Network::Row>* to) {
  for (size_t branch = 0; branch < stream.active; ++branch) {
    const int64_t passed = stream.lanes[branch].passed;
    const int64_t n = std::min(rows, stream.RowsLeft(branch));
    for (int64_t i = 0; i < n; ++i) to->push_back(stream.Row(branch, passed + i));
  }
}

void NetworkBackend::Passed(NetworkStream& stream, std::optional<int64_t> prompt_rows) {
  for (size_t branch = 0; branch < stream.active; ++branch) {
    NetworkLane& lane = stream.lanes[branch];
    const auto branches = stream.conditions->shared_branches();
    if (make_anew_ != nullptr && (lane.past.empty() || lane.past.back().branches != branches)) {
      lane.past.push_back({lane.passed, branches});
    }
    lane.passed += prompt_rows ? std::min(*prompt_rows, stream.RowsLeft(branch)) : 1;
  }
}

void NetworkBackend::PassPrompt(StreamId id, int64_t rows) {
  OnNetwork([&](Network& network) {
    std::vector<Network::Row> prompt;
    AddPrompt(Find(id), rows, &prompt);
    network.Forward(prompt);
  });
  // Only now, since a pass that threw has not happened.
  Passed(Find(id), rows);
}

void NetworkBackend::Enqueue(Network& network, std::span<NetworkStream* const> streams,
                             const std::optional<PromptRows>& beside) {
  std::vector<Network::Row> rows;
  std::vector<Network::Draw> draws;
  Enqueued enqueued;
  for (const NetworkStream* stream : streams) {
    draws.push_back(stream->Draw(rows.size()));
    enqueued.columns.push_back({stream->id, stream->next_step});
    for (size_t branch = 0; branch < stream->active; ++branch) {
      rows.push_back(stream->Row(branch, stream->lanes[branch].passed));
    }
  }
  if (beside) AddPrompt(Find(beside->stream), beside->rows, &rows);
  under_way_.push_back(std::move(enqueued));
  try {
    network.Enqueue(rows, draws);
  } catch (...) {
    under_way_.pop_back();
    throw;
  }
  for (NetworkStream* stream : streams) {
    Passed(*stream, std::nullopt);
    ++stream->next_step;
    ++stream->under_way;
  }
  if (beside) Passed(Find(beside->stream), beside->rows);
}

void NetworkBackend::Step(std::span<const StreamId> ids, const std::optional<PromptRows>& beside) {
  std::vector<NetworkStream*> streams;
  for (const StreamId id : ids) {
    NetworkStream& stream = Find(id);
    if (stream.failed) continue;
    MG_CHECK_EQ(PromptRowsLeft(id), 0);
    MG_CHECK_LT(stream.next_step, stream.spec.pattern.steps());
    streams.push_back(&stream);
  }
  OnNetwork([&](Network& network) { Enqueue(network, streams, beside); });
  // Passes of prompts are measured by who asks for them.
  const size_t ahead = beside ? 0 : std::min(network_->run_ahead(), most_ahead_);
  while (under_way_.size() > ahead) TakeOldest(/*wait=*/true);
}

void NetworkBackend::Take(const Enqueued::Column& column, std::span<const int32_t> codes) {
  const auto found = streams_.find(column.stream);
  if (found == streams_.end() || found->second->failed) return;
  NetworkStream& stream = *found->second;
  --stream.under_way;
  for (size_t k = 0; k < codes.size(); ++k) {
    stream.sequence.at(static_cast<int64_t>(k), column.step) = codes[k];
    stream.failed = stream.failed || codes[k] == kUnknownCode;
  }
  if (stream.failed) {
    collected_.failed.push_back(
        {stream.id, Error(ErrorCode::kFailure,
                          StrCat("model: expected predictions that are finite numbers, found ",
                                 "others in step ", column.step,
                                 ": its weights are broken or too large for this precision"))});
  } else {
    collected_.columns.push_back({stream.id, column.step, {codes.begin(), codes.end()}});
  }
}

bool NetworkBackend::TakeOldest(bool wait) {
  std::optional<std::vector<int32_t>> codes;
  try {
    codes = OnNetwork([&](Network& network) -> std::optional<std::vector<int32_t>> {
      // Lost with the device, and nobody asks for it any more.
      if (under_way_.empty()) return std::vector<int32_t>();
      return network.TakeDrawn(wait);
    });
  } catch (const std::exception&) {
    FailUnderWay(CurrentError("generating"));
    return true;
  }
  if (!codes) return false;
  if (under_way_.empty()) return true;
  const Enqueued oldest = std::move(under_way_.front());
  under_way_.pop_front();
  const size_t codebooks = static_cast<size_t>(config_.codebooks);
  for (size_t i = 0; i < oldest.columns.size(); ++i) {
    Take(oldest.columns[i], std::span(*codes).subspan(i * codebooks, codebooks));
  }
  return true;
}

void NetworkBackend::FailUnderWay(const Error& error) {
  lost_.insert(lost_.begin(), under_way_.begin(), under_way_.end());
  under_way_.clear();
  if (network_ != nullptr) network_->DropDrawn();
  for (const Enqueued& enqueued : std::exchange(lost_, {})) {
    for (const Enqueued::Column& column : enqueued.columns) {
      const auto found = streams_.find(column.stream);
      if (found == streams_.end() || found->second->failed) continue;
      found->second->failed = true;
      collected_.failed.push_back({column.stream, error});
    }
  }
}

void NetworkBackend::TakeAll() {
  while (!under_way_.empty() || !lost_.empty()) TakeOldest(/*wait=*/true);
}

Collected NetworkBackend::Collect(bool wait) {
  while (!under_way_.empty() || !lost_.empty()) {
    if (!TakeOldest(wait)) break;
  }
  return std::exchange(collected_, {});
}

void NetworkBackend::Release(StreamId stream) { streams_.erase(stream); }

std::vector<float> NetworkBackend::Score(const CodebookPattern& pattern, const Codes& codes,
                                         const Branch& branch) {
  return OnNetwork(
      [&](Network& network) { return TeacherForcedLogits(network, pattern, codes, branch); });
}

StageSeconds NetworkBackend::stage_seconds() const {
  return network_ == nullptr ? StageSeconds{} : network_->clock().seconds();
}

StepBytes NetworkBackend::step_bytes() const {
  if (network_ == nullptr) return {};
  return {network_->StageWeightBytes(), 2 * network_->CacheBytesPerPosition()};
}

}  // namespace musicgen::lm
