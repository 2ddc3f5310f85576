#include "lm/transformer.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "kernels/attention.h"
#include "kernels/elementwise.h"
#include "kernels/norm.h"

namespace musicgen::lm {
namespace {

// After a barrier, so that the first worker's time is the team's.
void Note(const Worker& worker, StageClock& clock, StepStage stage) {
  if (worker.index() == 0) clock.Note(stage);
}

// Rows that every worker normalises for itself rather than wait for the others.
constexpr int64_t kFewRows = 4;

const void* FirstKeys(const TransformerRow& row, int64_t layer, int64_t head) {
  return kernels::FirstKeys(row.cache->Layer(layer), head);
}

// The distance between rows that are chosen at even distances, else 0.
int64_t EvenDistance(const std::vector<int64_t>& chosen) {
  const int64_t distance = chosen.size() > 1 ? chosen[1] - chosen[0] : 1;
  for (size_t i = 1; i < chosen.size(); ++i) {
    if (chosen[i] - chosen[i - 1] != distance) return 0;
  }
  return distance;
}

}  // namespace

nn::KvCache Transformer::NewCache(int64_t positions) const {
  return nn::KvCache(formats_.cache, config_.layers, config_.heads, config_.head_dim(), positions);
}

CrossCache Transformer::NewCross(int64_t rows) const {
  MG_CHECK(config_.cross_attention);
  return {NewCache(rows), rows};
}

uint64_t Transformer::CacheBytes(int64_t positions) const {
  return nn::KvCache::Bytes(formats_.cache, config_.layers, config_.heads, config_.head_dim(),
                            positions);
}

void Transformer::PassCross(ThreadPool& pool, const float* conditions, Range range,
                            CrossCache& cross) const {
  MG_CHECK_LE(range.end, cross.rows);
  const int64_t width = config_.width, dim = config_.head_dim(), rows = range.size();
  const float* first = conditions + range.begin * width;
  std::vector<float> kv(static_cast<size_t>(rows * 2 * width));
  pool.Run([&](Worker& worker) {
    const Range heads = worker.Split(config_.heads);
    for (size_t i = 0; i < layers_.size(); ++i) {
      layers_[i].cross_kv.Forward(worker, first, width, rows, kv.data(), 2 * width);
      worker.Barrier();
      const kernels::KvView view = cross.cache.Layer(static_cast<int64_t>(i));
      for (int64_t r = 0; r < rows; ++r) {
        const float* k = kv.data() + r * 2 * width;
        kernels::StoreKeyValue(view, range.begin + r, heads.begin, heads.end, k, dim, k + width,
                               dim);
      }
      worker.Barrier();
    }
  });
}

void Transformer::Prepare(std::span<const TransformerRow> rows, int workers,
                          Scratch& scratch) const {
  const size_t n = rows.size(), width = static_cast<size_t>(config_.width);
  scratch.crossing.clear();
  scratch.reading.clear();
  int64_t keys = 0;
  for (size_t r = 0; r < n; ++r) {
    const TransformerRow& row = rows[r];
    MG_CHECK(row.cache != nullptr && (row.tokens != nullptr) != (row.vector != nullptr));
    MG_CHECK_LT(row.position, row.cache->capacity());
    keys = std::max(keys, row.position + 1);
    if (row.cross != nullptr) {
      keys = std::max(keys, row.cross->rows);
      scratch.crossing.push_back(static_cast<int64_t>(r));
    }
    if (row.logits != nullptr) scratch.reading.push_back(static_cast<int64_t>(r));
  }
  const auto grow = [](std::vector<float>& buffer, size_t floats) {
    if (buffer.size() < floats) buffer.resize(floats);
  };
  grow(scratch.x, n * width);
  grow(scratch.normed, n * width);
  grow(scratch.qk, n * 2 * width);
  grow(scratch.v, n * width);
  grow(scratch.attended, n * width);
  grow(scratch.hidden, n * static_cast<size_t>(config_.ffn_width));
  grow(scratch.logits, scratch.reading.size() * static_cast<size_t>(heads_.outputs()));
  scratch.own_normed.resize(static_cast<size_t>(workers));
  for (auto& buffer : scratch.own_normed) grow(buffer, static_cast<size_t>(kFewRows) * width);
  scratch.attention.resize(static_cast<size_t>(workers));
  for (auto& buffer : scratch.attention) {
    grow(buffer, static_cast<size_t>(kernels::AttentionScratchFloats(keys, config_.head_dim())));
  }
}

void Transformer::Embed(const TransformerRow& row, float* x) const {
  if (row.vector != nullptr) {
    std::copy(row.vector, row.vector + config_.width, x);
  } else {
    std::fill(x, x + config_.width, 0.0f);
    for (int64_t k = 0; k < config_.codebooks; ++k) {
      embeddings_[static_cast<size_t>(k)].AddTo(row.tokens[k * row.token_stride], x);
    }
  }
  positions_.AddTo(row.position, x);
}

const float* Transformer::Normed(Worker& worker, const nn::LayerNorm& norm,
                                 const std::vector<int64_t>* chosen, int64_t rows,
                                 Scratch& scratch) const {
  const bool alone = rows <= kFewRows;
  const int64_t width = config_.width;
  float* normed = alone ? scratch.own_normed[static_cast<size_t>(worker.index())].data()
                        : scratch.normed.data();
  const Range mine = alone ? Range{0, rows} : worker.Split(rows);
  for (int64_t i = mine.begin; i < mine.end; ++i) {
    const int64_t row = chosen != nullptr ? (*chosen)[static_cast<size_t>(i)] : i;
    kernels::LayerNormRow(scratch.x.data() + row * width, norm.weight.data(), norm.bias.data(),
                          norm.eps, width, normed + i * width);
  }
  if (!alone) worker.Barrier();
  return normed;
}

void Transformer::SelfAttention(Worker& worker, const Layer& layer, int64_t index,
                                std::span<const TransformerRow> rows, Scratch& scratch) const {
  const int64_t n = static_cast<int64_t>(rows.size()), width = config_.width,
                head_dim = config_.head_dim();
  const float* normed = Normed(worker, layer.self_norm, nullptr, n, scratch);
  const Range heads = worker.Split(config_.heads);
  layer.self_qk.Forward(worker, normed, width, n, scratch.qk.data(), 2 * width,
                        /*accumulate=*/false, layer.self_v.Begin(worker, n));
  layer.self_v.Forward(worker, normed, width, n, scratch.v.data(), width,
                       /*accumulate=*/false, FirstKeys(rows.front(), index, heads.begin));
  if (!head_parallel_ || layer.self_qk.SplitsRows(worker, n) ||
      layer.self_v.SplitsRows(worker, n)) {
    worker.Barrier();
  }
  Note(worker, scratch.clock, StepStage::kQkv);
  // A worker owns its heads: it stores their keys and values of every row before it attends, so no
  // barrier is needed between, and a row sees the positions up to its own.
  for (int64_t r = 0; r < n; ++r) {
    const TransformerRow& row = rows[static_cast<size_t>(r)];
    const float* qk = scratch.qk.data() + r * 2 * width;
    kernels::StoreKeyValue(row.cache->Layer(index), row.position, heads.begin, heads.end,
                           qk + head_dim, 2 * head_dim, scratch.v.data() + r * width, head_dim);
  }
  kernels::AttentionOptions options;
  options.scale = 1.0f / std::sqrt(static_cast<float>(head_dim));
  float* attention = scratch.attention[static_cast<size_t>(worker.index())].data();
  for (int64_t head = heads.begin; head < heads.end; ++head) {
    for (int64_t r = 0; r < n; ++r) {
      const TransformerRow& row = rows[static_cast<size_t>(r)];
      if (r + 1 < n) {
        options.next = FirstKeys(rows[static_cast<size_t>(r + 1)], index, head);
      } else if (head + 1 < heads.end) {
        options.next = FirstKeys(rows.front(), index, head + 1);
      } else {
        options.next = layer.self_out.Begin(worker, n);
      }
      kernels::AttendRow(scratch.qk.data() + r * 2 * width + head * 2 * head_dim,
                         row.cache->Layer(index), head, row.position + 1, options, attention,
                         scratch.attended.data() + r * width + head * head_dim);
    }
  }
  worker.Barrier();
  Note(worker, scratch.clock, StepStage::kSelfAttention);
  const nn::Linear& next = scratch.crossing.empty() ? layer.fc1 : layer.cross_q;
  layer.self_out.Forward(worker, scratch.attended.data(), width, n, scratch.x.data(), width,
                         /*accumulate=*/true, next.Begin(worker, n));
  worker.Barrier();
  Note(worker, scratch.clock, StepStage::kOut);
}

void Transformer::CrossAttention(Worker& worker, const Layer& layer, int64_t index,
                                 std::span<const TransformerRow> rows, Scratch& scratch) const {
  const std::vector<int64_t>& crossing = scratch.crossing;
  const int64_t n = static_cast<int64_t>(crossing.size()), width = config_.width,
                head_dim = config_.head_dim();
  const float* normed = Normed(worker, layer.cross_norm, &crossing, n, scratch);
  float* q = scratch.qk.data();
  layer.cross_q.Forward(worker, normed, width, n, q, width,
                        /*accumulate=*/false, layer.cross_out.Begin(worker, n));
  if (!head_parallel_ || layer.cross_q.SplitsRows(worker, n)) worker.Barrier();
  kernels::AttentionOptions options;
  options.scale = 1.0f / std::sqrt(static_cast<float>(head_dim));
  float* attention = scratch.attention[static_cast<size_t>(worker.index())].data();
  const Range heads = worker.Split(config_.heads);
  for (int64_t head = heads.begin; head < heads.end; ++head) {
    for (int64_t i = 0; i < n; ++i) {
      const CrossCache& cross = *rows[static_cast<size_t>(crossing[static_cast<size_t>(i)])].cross;
      kernels::AttendRow(q + i * width + head * head_dim, cross.cache.Layer(index), head,
                         cross.rows, options, attention,
                         scratch.attended.data() + i * width + head * head_dim);
    }
  }
  worker.Barrier();
  if (const int64_t distance = EvenDistance(crossing); distance > 0) {
    layer.cross_out.Forward(worker, scratch.attended.data(), width, n,
                            scratch.x.data() + crossing.front() * width, distance * width,
                            /*accumulate=*/true, layer.fc1.Begin(worker, n));
    return worker.Barrier();
  }
  float* out = scratch.normed.data();
  layer.cross_out.Forward(worker, scratch.attended.data(), width, n, out, width,
                          /*accumulate=*/false, layer.fc1.Begin(worker, n));
  worker.Barrier();
  const Range mine = worker.Split(n);
  for (int64_t i = mine.begin; i < mine.end; ++i) {
    float* x = scratch.x.data() + crossing[static_cast<size_t>(i)] * width;
    kernels::Add(x, out + i * width, width, x);
  }
  worker.Barrier();
}

void Transformer::FeedForward(Worker& worker, const Layer& layer, const nn::Linear& next,
                              int64_t rows, Scratch& scratch) const {
  const int64_t width = config_.width, ffn = config_.ffn_width;
  const float* normed = Normed(worker, layer.ffn_norm, nullptr, rows, scratch);
  layer.fc1.Forward(worker, normed, width, rows, scratch.hidden.data(), ffn, /*accumulate=*/false,
                    layer.fc2.Begin(worker, rows));
  const nn::Linear::Share mine = layer.fc1.ShareOf(worker, rows);
  for (int64_t r = mine.rows.begin; r < mine.rows.end; ++r) {
    float* h = scratch.hidden.data() + r * ffn + mine.outputs.begin;
    kernels::Gelu(h, mine.outputs.size(), h);
  }
  worker.Barrier();
  layer.fc2.Forward(worker, scratch.hidden.data(), ffn, rows, scratch.x.data(), width,
                    /*accumulate=*/true, next.Begin(worker, rows));
  worker.Barrier();
}

void Transformer::Logits(Worker& worker, std::span<const TransformerRow> rows,
                         Scratch& scratch) const {
  const int64_t n = static_cast<int64_t>(scratch.reading.size()), width = config_.width,
                outputs = heads_.outputs();
  const float* normed = Normed(worker, out_norm_, &scratch.reading, n, scratch);
  heads_.Forward(worker, normed, width, n, scratch.logits.data(), outputs,
                 /*accumulate=*/false,
                 layers_.front().self_qk.Begin(worker, static_cast<int64_t>(rows.size())));
  worker.Barrier();
  const Range mine = worker.Split(n);
  for (int64_t i = mine.begin; i < mine.end; ++i) {
    const float* from = scratch.logits.data() + i * outputs;
    std::copy(from, from + outputs,
              rows[static_cast<size_t>(scratch.reading[static_cast<size_t>(i)])].logits);
  }
}

void Transformer::Forward(ThreadPool& pool, std::span<const TransformerRow> rows,
                          Scratch& scratch) const {
  if (rows.empty()) return;
  Prepare(rows, pool.size(), scratch);
  const int64_t n = static_cast<int64_t>(rows.size());
  pool.Run([&](Worker& worker) {
    const Range mine = worker.Split(n);
    for (int64_t r = mine.begin; r < mine.end; ++r) {
      Embed(rows[static_cast<size_t>(r)], scratch.x.data() + r * config_.width);
    }
    worker.Barrier();
    if (worker.index() == 0) scratch.clock.Start();
    for (size_t i = 0; i < layers_.size(); ++i) {
      SelfAttention(worker, layers_[i], static_cast<int64_t>(i), rows, scratch);
      if (!scratch.crossing.empty()) {
        CrossAttention(worker, layers_[i], static_cast<int64_t>(i), rows, scratch);
        Note(worker, scratch.clock, StepStage::kCross);
      }
      const bool last = i + 1 == layers_.size();
      FeedForward(worker, layers_[i], last ? heads_ : layers_[i + 1].self_qk, n, scratch);
      Note(worker, scratch.clock, StepStage::kFeedForward);
    }
    if (!scratch.reading.empty()) {
      Logits(worker, rows, scratch);
      Note(worker, scratch.clock, StepStage::kHeads);
    }
  });
}

}  // namespace musicgen::lm
