#include "lm/decoder.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "kernels/attention.h"
#include "kernels/elementwise.h"
#include "kernels/norm.h"

namespace musicgen::lm {
namespace {

void NormRows(const Worker& worker, const nn::LayerNorm& norm, const float* x, int64_t rows,
              int64_t width, float* y) {
  const Range mine = worker.Split(rows);
  for (int64_t r = mine.begin; r < mine.end; ++r) {
    kernels::LayerNormRow(x + r * width, norm.weight.data(), norm.bias.data(), norm.eps, width,
                          y + r * width);
  }
}

// As above for chosen rows of x, gathered.
void NormRows(const Worker& worker, const nn::LayerNorm& norm, const float* x,
              const std::vector<int64_t>& chosen, int64_t width, float* y) {
  const Range mine = worker.Split(static_cast<int64_t>(chosen.size()));
  for (int64_t i = mine.begin; i < mine.end; ++i) {
    kernels::LayerNormRow(x + chosen[static_cast<size_t>(i)] * width, norm.weight.data(),
                          norm.bias.data(), norm.eps, width, y + i * width);
  }
}

}  // namespace

nn::KvCache Decoder::NewCache(int64_t positions) const {
  return nn::KvCache(formats_.cache, config_.layers, config_.heads, config_.head_dim(), positions);
}

CrossCache Decoder::NewCross(ThreadPool& pool, const float* condition, int64_t rows) const {
  MG_CHECK(config_.cross_attention);
  CrossCache cross{
      nn::KvCache(formats_.cache, config_.layers, config_.heads, config_.head_dim(), rows), rows};
  const int64_t width = config_.width;
  std::vector<float> kv(static_cast<size_t>(rows * 2 * width));
  pool.Run([&](Worker& worker) {
    const Range heads = worker.Split(config_.heads);
    for (size_t i = 0; i < layers_.size(); ++i) {
      layers_[i].cross_kv.Forward(worker, condition, width, rows, kv.data(), 2 * width);
      worker.Barrier();
      const kernels::KvView view = cross.cache.Layer(static_cast<int64_t>(i));
      for (int64_t r = 0; r < rows; ++r) {
        const float* k = kv.data() + r * 2 * width;
        kernels::StoreKeyValue(view, r, heads.begin, heads.end, k, k + width);
      }
      worker.Barrier();
    }
  });
  return cross;
}

void Decoder::Prepare(std::span<const DecoderRow> rows, int workers, Scratch& scratch) const {
  const size_t n = rows.size(), width = static_cast<size_t>(config_.width);
  scratch.crossing.clear();
  scratch.reading.clear();
  int64_t keys = 0;
  for (size_t r = 0; r < n; ++r) {
    const DecoderRow& row = rows[r];
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
  grow(scratch.qkv, n * 3 * width);
  grow(scratch.attended, n * width);
  grow(scratch.hidden, n * static_cast<size_t>(config_.ffn_width));
  grow(scratch.logits, scratch.reading.size() * static_cast<size_t>(heads_.outputs()));
  scratch.attention.resize(static_cast<size_t>(workers));
  for (auto& buffer : scratch.attention) {
    grow(buffer, static_cast<size_t>(kernels::AttentionScratchFloats(keys, config_.head_dim())));
  }
}

void Decoder::Embed(const DecoderRow& row, float* x) const {
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

void Decoder::SelfAttention(Worker& worker, const Layer& layer, int64_t index,
                            std::span<const DecoderRow> rows, Scratch& scratch) const {
  const int64_t n = static_cast<int64_t>(rows.size()), width = config_.width,
                head_dim = config_.head_dim();
  NormRows(worker, layer.self_norm, scratch.x.data(), n, width, scratch.normed.data());
  worker.Barrier();
  layer.self_qkv.Forward(worker, scratch.normed.data(), width, n, scratch.qkv.data(), 3 * width);
  worker.Barrier();
  // A worker owns its heads: it stores their keys and values of every row before it attends, so no
  // barrier is needed between, and a row sees the positions up to its own.
  const Range heads = worker.Split(config_.heads);
  for (int64_t r = 0; r < n; ++r) {
    const DecoderRow& row = rows[static_cast<size_t>(r)];
    const float* q = scratch.qkv.data() + r * 3 * width;
    kernels::StoreKeyValue(row.cache->Layer(index), row.position, heads.begin, heads.end, q + width,
                           q + 2 * width);
  }
  kernels::AttentionOptions options;
  options.scale = 1.0f / std::sqrt(static_cast<float>(head_dim));
  float* attention = scratch.attention[static_cast<size_t>(worker.index())].data();
  for (int64_t head = heads.begin; head < heads.end; ++head) {
    for (int64_t r = 0; r < n; ++r) {
      const DecoderRow& row = rows[static_cast<size_t>(r)];
      kernels::AttendRow(scratch.qkv.data() + r * 3 * width + head * head_dim,
                         row.cache->Layer(index), head, row.position + 1, options, attention,
                         scratch.attended.data() + r * width + head * head_dim);
    }
  }
  worker.Barrier();
  layer.self_out.Forward(worker, scratch.attended.data(), width, n, scratch.x.data(), width,
                         /*accumulate=*/true);
  worker.Barrier();
}

void Decoder::CrossAttention(Worker& worker, const Layer& layer, int64_t index,
                             std::span<const DecoderRow> rows, Scratch& scratch) const {
  const std::vector<int64_t>& crossing = scratch.crossing;
  const int64_t n = static_cast<int64_t>(crossing.size()), width = config_.width,
                head_dim = config_.head_dim();
  NormRows(worker, layer.cross_norm, scratch.x.data(), crossing, width, scratch.normed.data());
  worker.Barrier();
  float* q = scratch.qkv.data();
  layer.cross_q.Forward(worker, scratch.normed.data(), width, n, q, width);
  worker.Barrier();
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
  float* out = scratch.normed.data();
  layer.cross_out.Forward(worker, scratch.attended.data(), width, n, out, width);
  worker.Barrier();
  const Range mine = worker.Split(n);
  for (int64_t i = mine.begin; i < mine.end; ++i) {
    float* x = scratch.x.data() + crossing[static_cast<size_t>(i)] * width;
    kernels::Add(x, out + i * width, width, x);
  }
  worker.Barrier();
}

void Decoder::FeedForward(Worker& worker, const Layer& layer, int64_t rows,
                          Scratch& scratch) const {
  const int64_t width = config_.width, ffn = config_.ffn_width;
  NormRows(worker, layer.ffn_norm, scratch.x.data(), rows, width, scratch.normed.data());
  worker.Barrier();
  layer.fc1.Forward(worker, scratch.normed.data(), width, rows, scratch.hidden.data(), ffn);
  const nn::Linear::Share mine = layer.fc1.ShareOf(worker, rows);
  for (int64_t r = mine.rows.begin; r < mine.rows.end; ++r) {
    float* h = scratch.hidden.data() + r * ffn + mine.outputs.begin;
    kernels::Gelu(h, mine.outputs.size(), h);
  }
  worker.Barrier();
  layer.fc2.Forward(worker, scratch.hidden.data(), ffn, rows, scratch.x.data(), width,
                    /*accumulate=*/true);
  worker.Barrier();
}

void Decoder::Logits(Worker& worker, std::span<const DecoderRow> rows, Scratch& scratch) const {
  const int64_t n = static_cast<int64_t>(scratch.reading.size()), width = config_.width,
                outputs = heads_.outputs();
  NormRows(worker, out_norm_, scratch.x.data(), scratch.reading, width, scratch.normed.data());
  worker.Barrier();
  heads_.Forward(worker, scratch.normed.data(), width, n, scratch.logits.data(), outputs);
  worker.Barrier();
  const Range mine = worker.Split(n);
  for (int64_t i = mine.begin; i < mine.end; ++i) {
    const float* from = scratch.logits.data() + i * outputs;
    std::copy(from, from + outputs,
              rows[static_cast<size_t>(scratch.reading[static_cast<size_t>(i)])].logits);
  }
}

void Decoder::Forward(ThreadPool& pool, std::span<const DecoderRow> rows, Scratch& scratch) const {
  if (rows.empty()) return;
  Prepare(rows, pool.size(), scratch);
  const int64_t n = static_cast<int64_t>(rows.size());
  pool.Run([&](Worker& worker) {
    const Range mine = worker.Split(n);
    for (int64_t r = mine.begin; r < mine.end; ++r) {
      Embed(rows[static_cast<size_t>(r)], scratch.x.data() + r * config_.width);
    }
    worker.Barrier();
    for (size_t i = 0; i < layers_.size(); ++i) {
      SelfAttention(worker, layers_[i], static_cast<int64_t>(i), rows, scratch);
      if (!scratch.crossing.empty())
        CrossAttention(worker, layers_[i], static_cast<int64_t>(i), rows, scratch);
      FeedForward(worker, layers_[i], n, scratch);
    }
    if (!scratch.reading.empty()) Logits(worker, rows, scratch);
  });
}

}  // namespace musicgen::lm
