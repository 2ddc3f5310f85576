#include "lm/network_backend.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "lm/scorer.h"

namespace musicgen::lm {
namespace {

constexpr int32_t kUnknown = -1;
constexpr size_t kMostBranches = 4;
// More would take memory for keys and values before they take less time each; those behind join as
// others finish.
constexpr int kWorthwhileStreams = 8;

bool Agree(const Branch& a, const Branch& b) {
  return a.cross.values == b.cross.values && a.prefix.values == b.prefix.values;
}

bool LeavesOthersOut(const GuidanceCoefs& coefs) {
  return std::all_of(coefs.begin(), coefs.end(), [](double coef) { return coef == 1.0; });
}

}  // namespace

class NetworkBackend::Prepared : public PreparedConditions {
 public:
  Prepared(Network& network, Conditions conditions) {
    MG_CHECK(!conditions.branches.empty());
    MG_CHECK_LE(conditions.branches.size(), kMostBranches);
    branches = std::move(conditions.branches);
    for (const Branch& branch : branches) {
      uniform = uniform && Agree(branch, branches.front());
      left_ += branch.cross.rows;
      cross.push_back({});
      if (branch.cross.rows > 0) {
        MG_CHECK(network.config().cross_attention);
        cross.back() = {network.NewCache(branch.cross.rows), branch.cross.rows};
      }
    }
  }

  int64_t rows_left() const override { return left_; }

  void Pass(Network& network, int64_t rows) {
    for (size_t b = 0; b < branches.size() && rows > 0; ++b) {
      ConditionRows& condition = branches[b].cross;
      if (passed_ == condition.rows) continue;
      const Range range = {passed_, std::min(passed_ + rows, condition.rows)};
      network.PassCross(condition.values.data(), range, *cross[b].cache);
      passed_ = range.end;
      left_ -= range.size();
      rows -= range.size();
      if (passed_ < condition.rows) return;
      // Nobody needs what the keys and values were made of.
      condition = ConditionRows();
      passed_ = 0;
    }
  }

  struct Cross {
    Network::CacheHandle cache;
    int64_t rows = 0;
  };
  std::vector<Branch> branches;
  std::vector<Cross> cross;  // of each branch; no rows where it has no condition
  bool uniform = true;       // the branches agree

 private:
  int64_t left_ = 0;
  int64_t passed_ = 0;  // of the first branch that is not complete
};

// One branch of a stream: a sequence with a cache of its own.
struct NetworkBackend::Lane {
  Network::CacheHandle cache;
  int64_t passed = 0;         // rows that have gone through the network: prefix, then columns
  std::vector<float> logits;  // [K, V]
};

struct NetworkBackend::Stream {
  StreamId id = 0;
  StreamSpec spec;
  std::shared_ptr<const Prepared> conditions;
  Codes sequence;           // [K, S], kUnknown where a code is still to be drawn
  int64_t next_step = 0;    // the column that the next step samples
  std::vector<Lane> lanes;  // of the first branches
  size_t active = 0;        // lanes that count: one, or one for each branch
  bool uniform = true;      // its branches have always agreed: one lane is all of them
  bool failed = false;

  size_t wanted_lanes() const {
    return uniform || LeavesOthersOut(spec.guidance) ? 1 : conditions->branches.size();
  }
  const ConditionRows& prefix(size_t branch) const { return conditions->branches[branch].prefix; }
  // The last column is never fed back.
  int64_t positions(size_t branch) const { return prefix(branch).rows + spec.pattern.steps() - 1; }
  // A step itself passes the column before the one it samples.
  int64_t RowsLeft(size_t branch) const {
    return prefix(branch).rows + next_step - 1 - lanes[branch].passed;
  }
  Network::Row Row(size_t branch, int64_t position);
};

Network::Row NetworkBackend::Stream::Row(size_t branch, int64_t position) {
  const ConditionRows& rows = prefix(branch);
  Network::Row row;
  row.cache = lanes[branch].cache.get();
  row.cross = conditions->cross[branch].cache.get();
  row.cross_rows = conditions->cross[branch].rows;
  row.position = position;
  if (position < rows.rows) {
    row.vector = rows.values.data() + position * rows.width;
  } else {
    row.tokens = sequence.values.data() + (position - rows.rows);
    row.token_stride = sequence.frames;
  }
  return row;
}

NetworkBackend::NetworkBackend(std::shared_ptr<Network> network, ThreadPool& pool)
    : network_(std::move(network)),
      pool_(pool),
      sampling_scratch_(static_cast<size_t>(pool.size()),
                        SamplingScratch(network_->config().codebook_size)) {}

NetworkBackend::~NetworkBackend() = default;

NetworkBackend::Stream& NetworkBackend::Find(StreamId stream) const {
  const auto found = streams_.find(stream);
  MG_CHECK(found != streams_.end());
  return *found->second;
}

ConditionsHandle NetworkBackend::Prepare(Conditions conditions) {
  return std::make_shared<Prepared>(*network_, std::move(conditions));
}

void NetworkBackend::PassConditions(PreparedConditions& conditions, int64_t rows) {
  static_cast<Prepared&>(conditions).Pass(*network_, rows);
}

NetworkBackend::Lane NetworkBackend::NewLane(const Stream& stream, size_t branch) const {
  const LmConfig& config = network_->config();
  return {network_->NewCache(stream.positions(branch)), 0,
          std::vector<float>(static_cast<size_t>(config.codebooks * config.codebook_size))};
}

uint64_t NetworkBackend::StreamBytes(const StreamSpec& spec) const {
  Stream stream;
  stream.spec.pattern = spec.pattern;
  stream.spec.guidance = spec.guidance;
  stream.conditions = std::static_pointer_cast<const Prepared>(spec.conditions);
  stream.uniform = stream.conditions->uniform;
  uint64_t bytes = 0;
  for (size_t branch = 0; branch < stream.wanted_lanes(); ++branch) {
    bytes += network_->CacheBytes(stream.positions(branch));
  }
  return bytes;
}

uint64_t NetworkBackend::AvailableBytes() const { return network_->AvailableBytes(); }

int NetworkBackend::worthwhile_streams() const { return kWorthwhileStreams; }

StreamId NetworkBackend::Admit(StreamSpec spec) {
  const LmConfig& config = network_->config();
  MG_CHECK_EQ(spec.pattern.codebooks(), config.codebooks);
  MG_CHECK_LT(spec.prompt.frames, spec.pattern.frames());
  auto stream = std::make_unique<Stream>();
  stream->conditions = std::static_pointer_cast<const Prepared>(spec.conditions);
  MG_CHECK_EQ(stream->conditions->rows_left(), 0);
  MG_CHECK_EQ(stream->conditions->branches.size(), spec.guidance.size() + 1);
  if (spec.prompt.frames == 0) spec.prompt = Codes(config.codebooks, 0);
  stream->sequence = spec.pattern.Build(spec.prompt, config.special_token(), kUnknown);
  stream->next_step = spec.pattern.FirstStep(spec.prompt.frames);
  stream->spec = std::move(spec);
  stream->uniform = stream->conditions->uniform;
  ChooseLanes(*stream);
  stream->id = next_id_++;
  const StreamId id = stream->id;
  streams_.emplace(id, std::move(stream));
  return id;
}

void NetworkBackend::ChooseLanes(Stream& stream) const {
  const size_t wanted = stream.wanted_lanes();
  while (stream.lanes.size() < wanted) stream.lanes.push_back(NewLane(stream, stream.lanes.size()));
  stream.active = wanted;
}

void NetworkBackend::Change(StreamId id, const StreamChange& change) {
  Stream& stream = Find(id);
  const auto conditions = change.conditions == nullptr
                              ? stream.conditions
                              : std::static_pointer_cast<const Prepared>(change.conditions);
  MG_CHECK_EQ(conditions->rows_left(), 0);
  MG_CHECK_EQ(conditions->branches.size(), stream.conditions->branches.size());
  if (change.conditions != nullptr) {
    for (size_t branch = 0; branch < conditions->branches.size(); ++branch) {
      MG_CHECK_EQ(conditions->branches[branch].prefix.rows, 0);
      MG_CHECK_EQ(stream.prefix(branch).rows, 0);
    }
  }
  if (stream.uniform && !conditions->uniform) {
    // Until now all branches would have been the same rows.
    std::vector<Lane> lanes;
    const Lane& past = stream.lanes[0];
    for (size_t branch = 1; branch < conditions->branches.size(); ++branch) {
      lanes.push_back({network_->Clone(*past.cache, past.passed), past.passed, past.logits});
    }
    std::move(lanes.begin(), lanes.end(), std::back_inserter(stream.lanes));
    stream.uniform = false;
  }
  stream.conditions = conditions;
  if (change.sampling) stream.spec.sampling = *change.sampling;
  if (change.guidance) stream.spec.guidance = *change.guidance;
  ChooseLanes(stream);
}

int64_t NetworkBackend::PromptRowsLeft(StreamId id) const {
  const Stream& stream = Find(id);
  int64_t left = 0;
  for (size_t branch = 0; branch < stream.active; ++branch) {
    left = std::max(left, stream.RowsLeft(branch));
  }
  return left;
}

int64_t NetworkBackend::Pass::Rows(size_t branch) const {
  return prompt_rows ? std::min(*prompt_rows, stream->RowsLeft(branch)) : 1;
}

void NetworkBackend::Forward(std::span<const Pass> passes) {
  std::vector<Network::Row> rows, null_rows;
  for (const Pass& pass : passes) {
    Stream& stream = *pass.stream;
    for (size_t branch = 0; branch < stream.active; ++branch) {
      const bool apart = branch > 0 && stream.spec.two_step_cfg;
      std::vector<Network::Row>& into = apart ? null_rows : rows;
      Lane& lane = stream.lanes[branch];
      for (int64_t i = 0; i < pass.Rows(branch); ++i) {
        into.push_back(stream.Row(branch, lane.passed + i));
      }
      if (!pass.prompt_rows) into.back().logits = lane.logits.data();
    }
  }
  network_->Forward(rows);
  network_->Forward(null_rows);
  // Only now, since a pass that threw has not happened.
  for (const Pass& pass : passes) {
    for (size_t branch = 0; branch < pass.stream->active; ++branch) {
      pass.stream->lanes[branch].passed += pass.Rows(branch);
    }
  }
}

void NetworkBackend::PassPrompt(StreamId id, int64_t rows) {
  const Pass pass = {&Find(id), rows};
  Forward({&pass, 1});
}

void NetworkBackend::Step(std::span<const StreamId> ids, const std::optional<PromptRows>& beside) {
  std::vector<Stream*> streams;
  std::vector<Pass> passes;
  for (const StreamId id : ids) {
    Stream& stream = Find(id);
    if (stream.failed) continue;
    MG_CHECK_EQ(PromptRowsLeft(id), 0);
    MG_CHECK_LT(stream.next_step, stream.spec.pattern.steps());
    streams.push_back(&stream);
    passes.push_back({&stream, std::nullopt});
  }
  if (beside) passes.push_back({&Find(beside->stream), beside->rows});
  std::vector<SampledColumn> columns(streams.size());
  for (SampledColumn& column : columns) {
    column.codes.resize(static_cast<size_t>(network_->config().codebooks));
  }
  collected_.columns.reserve(collected_.columns.size() + columns.size());
  Forward(passes);
  Sample(streams);
  for (size_t i = 0; i < streams.size(); ++i) {
    Stream& stream = *streams[i];
    SampledColumn& column = columns[i];
    column.stream = stream.id;
    column.step = stream.next_step;
    for (size_t k = 0; k < column.codes.size(); ++k) {
      column.codes[k] = stream.sequence.at(static_cast<int64_t>(k), column.step);
      stream.failed = stream.failed || column.codes[k] == kUnknown;
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

void NetworkBackend::SampleCell(Stream& stream, int64_t k, SamplingScratch& scratch) const {
  int32_t& cell = stream.sequence.at(k, stream.next_step);
  if (cell != kUnknown) return;  // a prompt's code or the special token stays
  const int64_t size = network_->config().codebook_size;
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
  // -1, which is kUnknown, when the logits are no numbers.
  cell = SampleCode(logits, size, stream.spec.sampling, uniform, scratch);
}

void NetworkBackend::Sample(std::span<Stream* const> streams) {
  const int64_t codebooks = network_->config().codebooks;
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
  return TeacherForcedLogits(*network_, pattern, codes, branch);
}

StepBytes NetworkBackend::step_bytes() const {
  return {network_->StageWeightBytes(), 2 * network_->CacheBytesPerPosition()};
}

}  // namespace musicgen::lm
