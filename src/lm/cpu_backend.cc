#include "lm/cpu_backend.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/random.h"

namespace musicgen::lm {
namespace {

constexpr int32_t kUnknown = -1;

bool IsNull(const Conditions& conditions) {
  return conditions.cross.rows == 0 && conditions.prefix.values == conditions.null_prefix.values;
}

std::vector<float> LogitsBuffer(const LmConfig& config) {
  return std::vector<float>(static_cast<size_t>(config.codebooks * config.codebook_size));
}

}  // namespace

// One guidance half of a stream: a sequence with a cache of its own.
struct CpuBackend::Half {
  nn::KvCache cache;
  int64_t passed = 0;         // rows that have gone through the network: prefix, then columns
  std::vector<float> logits;  // [K, V]
};

struct CpuBackend::Stream {
  StreamId id = 0;
  StreamSpec spec;
  Codes sequence;            // [K, S], kUnknown where a code is still to be drawn
  int64_t next_step = 0;     // the column that the next step samples
  std::vector<Half> halves;  // conditional, and null when guided
  CrossCache cross;          // of the conditional half; no rows when the condition is null

  bool guided() const { return halves.size() == 2; }
  const ConditionRows& prefix(size_t half) const {
    return half == 0 ? spec.conditions.prefix : spec.conditions.null_prefix;
  }
  // A step itself passes the column before the one it samples.
  int64_t RowsLeft(size_t half) const {
    return prefix(half).rows + next_step - 1 - halves[half].passed;
  }
  DecoderRow Row(size_t half, int64_t position);
};

DecoderRow CpuBackend::Stream::Row(size_t half, int64_t position) {
  const ConditionRows& rows = prefix(half);
  DecoderRow row;
  row.cache = &halves[half].cache;
  row.cross = half == 0 && cross.rows > 0 ? &cross : nullptr;
  row.position = position;
  if (position < rows.rows) {
    row.vector = rows.values.data() + position * rows.width;
  } else {
    row.tokens = sequence.values.data() + (position - rows.rows);
    row.token_stride = sequence.frames;
  }
  return row;
}

CpuBackend::CpuBackend(const Decoder& decoder, ThreadPool& pool) : decoder_(decoder), pool_(pool) {}

CpuBackend::~CpuBackend() = default;

CpuBackend::Stream& CpuBackend::Find(StreamId stream) const {
  const auto found = streams_.find(stream);
  MG_CHECK(found != streams_.end());
  return *found->second;
}

StreamId CpuBackend::Admit(StreamSpec spec) {
  const LmConfig& config = decoder_.config();
  MG_CHECK_EQ(spec.pattern.codebooks(), config.codebooks);
  MG_CHECK_LT(spec.prompt.frames, spec.pattern.frames());
  auto stream = std::make_unique<Stream>();
  if (spec.prompt.frames == 0) spec.prompt = Codes(config.codebooks, 0);
  stream->sequence = spec.pattern.Build(spec.prompt, config.special_token(), kUnknown);
  stream->next_step = spec.pattern.FirstStep(spec.prompt.frames);
  stream->spec = std::move(spec);
  const bool guided = stream->spec.cfg_coef != 1.0 && !IsNull(stream->spec.conditions);
  for (size_t half = 0; half < (guided ? 2u : 1u); ++half) {
    // The last column is never fed back.
    const int64_t positions = stream->prefix(half).rows + stream->spec.pattern.steps() - 1;
    stream->halves.push_back({decoder_.NewCache(positions), 0, LogitsBuffer(config)});
  }
  const ConditionRows& cross = stream->spec.conditions.cross;
  if (cross.rows > 0) stream->cross = decoder_.NewCross(pool_, cross.values.data(), cross.rows);
  stream->id = next_id_++;
  const StreamId id = stream->id;
  streams_.emplace(id, std::move(stream));
  return id;
}

void CpuBackend::ReplaceConditions(StreamId id, Conditions conditions) {
  Stream& stream = Find(id);
  MG_CHECK_EQ(conditions.prefix.rows, 0);
  MG_CHECK_EQ(stream.spec.conditions.prefix.rows, 0);
  stream.cross = CrossCache{};
  if (conditions.cross.rows > 0) {
    stream.cross = decoder_.NewCross(pool_, conditions.cross.values.data(), conditions.cross.rows);
  }
  stream.spec.conditions = std::move(conditions);
  if (!stream.guided() && stream.spec.cfg_coef != 1.0 && !IsNull(stream.spec.conditions)) {
    // Until now both halves would have been the same rows.
    const Half& past = stream.halves[0];
    stream.halves.push_back(
        {past.cache.Clone(past.passed), past.passed, LogitsBuffer(decoder_.config())});
  }
}

int64_t CpuBackend::PromptRowsLeft(StreamId id) const {
  const Stream& stream = Find(id);
  int64_t left = 0;
  for (size_t half = 0; half < stream.halves.size(); ++half) {
    left = std::max(left, stream.RowsLeft(half));
  }
  return left;
}

void CpuBackend::Forward(std::span<Stream* const> streams, int64_t count, bool step) {
  std::vector<DecoderRow> rows, null_rows;
  for (Stream* stream : streams) {
    for (size_t half = 0; half < stream->halves.size(); ++half) {
      const bool apart = half == 1 && stream->spec.two_step_cfg;
      std::vector<DecoderRow>& into = apart ? null_rows : rows;
      Half& mine = stream->halves[half];
      const int64_t passing = step ? 1 : std::min(count, stream->RowsLeft(half));
      for (int64_t i = 0; i < passing; ++i) into.push_back(stream->Row(half, mine.passed++));
      if (step) into.back().logits = mine.logits.data();
    }
  }
  decoder_.Forward(pool_, rows, scratch_);
  decoder_.Forward(pool_, null_rows, scratch_);
}

void CpuBackend::PassPrompt(StreamId id, int64_t rows) {
  Stream* stream = &Find(id);
  Forward({&stream, 1}, rows, /*step=*/false);
}

void CpuBackend::Step(std::span<const StreamId> ids) {
  std::vector<Stream*> streams;
  for (const StreamId id : ids) {
    MG_CHECK_EQ(PromptRowsLeft(id), 0);
    streams.push_back(&Find(id));
    MG_CHECK_LT(streams.back()->next_step, streams.back()->spec.pattern.steps());
  }
  Forward(streams, 1, /*step=*/true);
  Sample(streams);
}

void CpuBackend::Sample(std::span<Stream* const> streams) {
  const int64_t codebooks = decoder_.config().codebooks, size = decoder_.config().codebook_size;
  scratch_.clock.Start();
  pool_.Run([&](Worker& worker) {
    std::vector<float> scratch;
    const Range mine = worker.Split(static_cast<int64_t>(streams.size()) * codebooks);
    for (int64_t item = mine.begin; item < mine.end; ++item) {
      Stream& stream = *streams[static_cast<size_t>(item / codebooks)];
      const int64_t k = item % codebooks;
      int32_t& cell = stream.sequence.at(k, stream.next_step);
      if (cell != kUnknown) continue;  // a prompt's code or the special token stays
      float* logits = stream.halves[0].logits.data() + k * size;
      if (stream.guided()) {
        Guide(logits, stream.halves[1].logits.data() + k * size, stream.spec.cfg_coef, size,
              logits);
      }
      const int64_t frame =
          stream.spec.first_frame + stream.spec.pattern.FrameAt(k, stream.next_step);
      const double uniform = Uniform({stream.spec.seed, stream.spec.take,
                                      static_cast<uint32_t>(frame), static_cast<uint32_t>(k)});
      cell = SampleCode(logits, size, stream.spec.sampling, uniform, scratch);
    }
  });
  for (Stream* stream : streams) {
    SampledColumn column{stream->id, stream->next_step, {}};
    for (int64_t k = 0; k < codebooks; ++k)
      column.codes.push_back(stream->sequence.at(k, stream->next_step));
    collected_.push_back(std::move(column));
    ++stream->next_step;
  }
  scratch_.clock.Note(StepStage::kSampling);
}

std::vector<SampledColumn> CpuBackend::Collect(bool /*wait*/) {
  return std::exchange(collected_, {});
}

void CpuBackend::Release(StreamId stream) { streams_.erase(stream); }

}  // namespace musicgen::lm
