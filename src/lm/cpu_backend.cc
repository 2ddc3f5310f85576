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

}  // namespace

struct CpuBackend::Stream {
  StreamId id = 0;
  StreamSpec spec;
  bool guided = false;
  Codes sequence;                // [K, S], kUnknown where a code is still to be drawn
  int64_t passed = 0;            // rows that have gone through the network: prefix, then columns
  int64_t next_step = 0;         // the column that the next step samples
  nn::KvCache cache[2];          // conditional, null
  CrossCache cross;              // of the conditional half; no rows when the condition is null
  std::vector<float> logits[2];  // [K, V]

  int halves() const { return guided ? 2 : 1; }
  const ConditionRows& prefix(int half) const {
    return half == 0 ? spec.conditions.prefix : spec.conditions.null_prefix;
  }
};

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
  stream->guided = spec.cfg_coef != 1.0 && !IsNull(spec.conditions);
  stream->sequence = spec.pattern.Build(spec.prompt, config.special_token(), kUnknown);
  stream->next_step = spec.pattern.FirstStep(spec.prompt.frames);
  // Both halves count positions alike: a null prefix is as long as the prefix. The last column is
  // never fed back.
  if (stream->guided) MG_CHECK_EQ(spec.conditions.prefix.rows, spec.conditions.null_prefix.rows);
  stream->spec = std::move(spec);
  const int64_t positions = stream->spec.conditions.prefix.rows + stream->spec.pattern.steps() - 1;
  for (int half = 0; half < stream->halves(); ++half) {
    stream->cache[half] = decoder_.NewCache(positions);
    stream->logits[half].resize(static_cast<size_t>(config.codebooks * config.codebook_size));
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
  if (!stream.guided && stream.spec.cfg_coef != 1.0 && !IsNull(stream.spec.conditions)) {
    // Until now both halves would have been the same rows.
    stream.cache[1] = stream.cache[0].Clone();
    stream.logits[1].resize(stream.logits[0].size());
    stream.guided = true;
  }
}

int64_t CpuBackend::PromptRowsLeft(StreamId id) const {
  const Stream& stream = Find(id);
  // A step itself passes the column before the one it samples.
  return stream.spec.conditions.prefix.rows + stream.next_step - 1 - stream.passed;
}

void CpuBackend::AppendRows(Stream& stream, int64_t position, int64_t count, bool logits, int half,
                            std::vector<DecoderRow>* rows) const {
  const ConditionRows& prefix = stream.prefix(half);
  for (int64_t p = position; p < position + count; ++p) {
    DecoderRow row;
    row.cache = &stream.cache[half];
    row.cross = half == 0 && stream.cross.rows > 0 ? &stream.cross : nullptr;
    row.position = p;
    if (p < prefix.rows) {
      row.vector = prefix.values.data() + p * prefix.width;
    } else {
      row.tokens = stream.sequence.values.data() + (p - prefix.rows);
      row.token_stride = stream.sequence.frames;
    }
    if (logits && p + 1 == position + count) row.logits = stream.logits[half].data();
    rows->push_back(row);
  }
}

void CpuBackend::Forward(std::span<Stream* const> streams, const std::vector<int64_t>& counts,
                         bool logits) {
  std::vector<DecoderRow> rows, null_rows;
  for (size_t i = 0; i < streams.size(); ++i) {
    Stream& stream = *streams[i];
    for (int half = 0; half < stream.halves(); ++half) {
      const bool apart = half == 1 && stream.spec.two_step_cfg;
      AppendRows(stream, stream.passed, counts[i], logits, half, apart ? &null_rows : &rows);
    }
    stream.passed += counts[i];
  }
  decoder_.Forward(pool_, rows, scratch_);
  decoder_.Forward(pool_, null_rows, scratch_);
}

void CpuBackend::PassPrompt(StreamId id, int64_t rows) {
  Stream* stream = &Find(id);
  const int64_t count = std::min(rows, PromptRowsLeft(id));
  if (count > 0) Forward({&stream, 1}, {count}, /*logits=*/false);
}

void CpuBackend::Step(std::span<const StreamId> ids) {
  std::vector<Stream*> streams;
  for (const StreamId id : ids) {
    MG_CHECK_EQ(PromptRowsLeft(id), 0);
    streams.push_back(&Find(id));
    MG_CHECK_LT(streams.back()->next_step, streams.back()->spec.pattern.steps());
  }
  Forward(streams, std::vector<int64_t>(streams.size(), 1), /*logits=*/true);
  Sample(streams);
}

void CpuBackend::Sample(std::span<Stream* const> streams) {
  const int64_t codebooks = decoder_.config().codebooks, size = decoder_.config().codebook_size;
  pool_.Run([&](Worker& worker) {
    std::vector<float> scratch;
    const Range mine = worker.Split(static_cast<int64_t>(streams.size()) * codebooks);
    for (int64_t item = mine.begin; item < mine.end; ++item) {
      Stream& stream = *streams[static_cast<size_t>(item / codebooks)];
      const int64_t k = item % codebooks;
      int32_t& cell = stream.sequence.at(k, stream.next_step);
      if (cell != kUnknown) continue;  // a prompt's code or the special token stays
      float* logits = stream.logits[0].data() + k * size;
      if (stream.guided) {
        Guide(logits, stream.logits[1].data() + k * size, stream.spec.cfg_coef, size, logits);
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
}

std::vector<SampledColumn> CpuBackend::Collect(bool /*wait*/) {
  return std::exchange(collected_, {});
}

void CpuBackend::Release(StreamId stream) { streams_.erase(stream); }

}  // namespace musicgen::lm
