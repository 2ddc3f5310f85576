#include "lm/network_backend.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "gpu/device_lost.h"
#include "lm/network_streams.h"
#include "lm/scorer.h"

namespace musicgen::lm {
namespace {

constexpr int32_t kUnknownCode = -1;
// More would take memory for keys and values before they take less time each; those behind join as
// others finish.
constexpr int kWorthwhileStreams = 8;

}  // namespace

NetworkBackend::NetworkBackend(std::shared_ptr<Network> network, ThreadPool& pool)
    : NetworkBackend(std::move(network), pool, nullptr) {}

NetworkBackend::NetworkBackend(MakeNetwork make, ThreadPool& pool)
    : NetworkBackend(make(), pool, make) {}

NetworkBackend::NetworkBackend(std::shared_ptr<Network> network, ThreadPool& pool,
                               MakeNetwork make_anew)
    : make_anew_(std::move(make_anew)),
      config_(network->config()),
      network_(std::move(network)),
      pool_(pool),
      sampling_scratch_(static_cast<size_t>(pool.size()), SamplingScratch(config_.codebook_size)) {}

NetworkBackend::~NetworkBackend() = default;

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

void NetworkBackend::MakeAnew() {
  // What the lost one holds goes first: a card has no room for two.
  std::vector<std::shared_ptr<NetworkConditions>> prepared;
  for (const std::weak_ptr<NetworkConditions>& each : prepared_) {
    if (auto conditions = each.lock()) prepared.push_back(std::move(conditions));
  }
  for (const auto& conditions : prepared) {
    for (NetworkConditions::Cross& cross : conditions->cross) cross.cache.reset();
  }
  for (const auto& [id, stream] : streams_) {
    for (NetworkLane& lane : stream->lanes) lane.cache.reset();
  }
  network_.reset();
  std::shared_ptr<Network> network = make_anew_();
  for (const auto& conditions : prepared) conditions->Restore(*network);
  for (const auto& [id, stream] : streams_) stream->Restore(*network);
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
  const size_t logits = static_cast<size_t>(config_.codebooks * config_.codebook_size);
  return OnNetwork([&](Network& network) {
    return NetworkLane{
        network.NewCache(stream.positions(branch)), 0, std::vector<float>(logits), {}};
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
        lanes.push_back(
            {network.Clone(*first.cache, first.passed), first.passed, first.logits, first.past});
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

int64_t NetworkBackend::Pass::Rows(size_t branch) const {
  return prompt_rows ? std::min(*prompt_rows, stream->RowsLeft(branch)) : 1;
}

void NetworkBackend::Forward(Network& network, std::span<const Pass> passes) {
  std::vector<Network::Row> rows, null_rows;
  for (const Pass& pass : passes) {
    NetworkStream& stream = *pass.stream;
    for (size_t branch = 0; branch < stream.active; ++branch) {
      const bool apart = branch > 0 && stream.spec.two_step_cfg;
      std::vector<Network::Row>& into = apart ? null_rows : rows;
      NetworkLane& lane = stream.lanes[branch];
      for (int64_t i = 0; i < pass.Rows(branch); ++i) {
        into.push_back(stream.Row(branch, lane.passed + i));
      }
      if (!pass.prompt_rows) into.back().logits = lane.logits.data();
    }
  }
  network.Forward(rows);
  network.Forward(null_rows);
}

void NetworkBackend::Forward(std::span<const Pass> passes) {
  OnNetwork([&](Network& network) { Forward(network, passes); });
  // Only now, since a pass that threw has not happened.
  for (const Pass& pass : passes) {
    NetworkStream& stream = *pass.stream;
    for (size_t branch = 0; branch < stream.active; ++branch) {
      NetworkLane& lane = stream.lanes[branch];
      const auto branches = stream.conditions->shared_branches();
      if (make_anew_ != nullptr && (lane.past.empty() || lane.past.back().branches != branches)) {
        lane.past.push_back({lane.passed, branches});
      }
      lane.passed += pass.Rows(branch);
    }
  }
}

void NetworkBackend::PassPrompt(StreamId id, int64_t rows) {
  const Pass pass = {&Find(id), rows};
  Forward({&pass, 1});
}

void NetworkBackend::Step(std::span<const StreamId> ids, const std::optional<PromptRows>& beside) {
  std::vector<NetworkStream*> streams;
  std::vector<Pass> passes;
  for (const StreamId id : ids) {
    NetworkStream& stream = Find(id);
    if (stream.failed) continue;
    MG_CHECK_EQ(PromptRowsLeft(id), 0);
    MG_CHECK_LT(stream.next_step, stream.spec.pattern.steps());
    streams.push_back(&stream);
    passes.push_back({&stream, std::nullopt});
  }
  if (beside) passes.push_back({&Find(beside->stream), beside->rows});
  std::vector<SampledColumn> columns(streams.size());
  for (SampledColumn& column : columns) {
    column.codes.resize(static_cast<size_t>(config_.codebooks));
  }
  collected_.columns.reserve(collected_.columns.size() + columns.size());
  Forward(passes);
  Sample(streams);
  for (size_t i = 0; i < streams.size(); ++i) {
    NetworkStream& stream = *streams[i];
    SampledColumn& column = columns[i];
    column.stream = stream.id;
    column.step = stream.next_step;
    for (size_t k = 0; k < column.codes.size(); ++k) {
      column.codes[k] = stream.sequence.at(static_cast<int64_t>(k), column.step);
      stream.failed = stream.failed || column.codes[k] == kUnknownCode;
    }
    if (stream.failed) {
      collected_.failed.push_back(
          {stream.id, Error(ErrorCode::kFailure,
                            StrCat("model: expected predictions that are finite numbers, found ",
                                   "others in step ", column.step,
                                   ": its weights are broken or too large for this precision"))});
    } else {
      collected_.columns.push_back(std::move(column));
      ++stream.next_step;
    }
  }
}

void NetworkBackend::SampleCell(NetworkStream& stream, int64_t k, SamplingScratch& scratch) const {
  int32_t& cell = stream.sequence.at(k, stream.next_step);
  if (cell != kUnknownCode) return;  // a prompt's code or the special token stays
  const int64_t size = config_.codebook_size;
  float* logits = stream.lanes[0].logits.data() + k * size;
  if (stream.active > 1) {
    std::array<const float*, kMostBranches> branches;
    for (size_t b = 0; b < stream.active; ++b) {
      branches[b] = stream.lanes[b].logits.data() + k * size;
    }
    Guide({branches.data(), stream.active}, stream.spec.guidance, size, logits);
  }
  const int64_t frame = stream.spec.first_frame + stream.spec.pattern.FrameAt(k, stream.next_step);
  const double uniform = Uniform(
      {stream.spec.seed, stream.spec.take, static_cast<uint32_t>(frame), static_cast<uint32_t>(k)});
  // -1, which is kUnknownCode, when the logits are no numbers.
  cell = SampleCode(logits, size, stream.spec.sampling, uniform, scratch);
}

void NetworkBackend::Sample(std::span<NetworkStream* const> streams) {
  const int64_t codebooks = config_.codebooks;
  network_->clock().Start();
  pool_.Run([&](Worker& worker) {
    SamplingScratch& scratch = sampling_scratch_[static_cast<size_t>(worker.index())];
    const Range mine = worker.Split(static_cast<int64_t>(streams.size()) * codebooks);
    for (int64_t item = mine.begin; item < mine.end; ++item) {
      SampleCell(*streams[static_cast<size_t>(item / codebooks)], item % codebooks, scratch);
    }
  });
  network_->clock().Note(StepStage::kSampling);
}

Collected NetworkBackend::Collect(bool /*wait*/) { return std::exchange(collected_, {}); }

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
