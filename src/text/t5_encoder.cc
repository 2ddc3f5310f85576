#include "text/t5_encoder.h"

#include "base/check.h"
#include "kernels/attention.h"
#include "kernels/elementwise.h"
#include "kernels/norm.h"
#include "nn/pack.h"
#include "tensor/aligned_buffer.h"
#include "text/expected_tensors.h"
#include "text/t5_positions.h"

namespace musicgen::text {
namespace {

using checkpoint::TensorSource;
using kernels::WeightFormat;

std::string BlockName(const std::string& prefix, int64_t layer, int part) {
  return StrCat(prefix, "encoder.block.", layer, ".layer.", part, ".");
}

constexpr const char* kPositionBias = "SelfAttention.relative_attention_bias.weight";

std::vector<float> TakeFloats(const TensorSource& source, const std::string& name) {
  const TensorView tensor = source.Get(name);
  std::vector<float> values = ToFloats(tensor);
  source.Drop(tensor);
  return values;
}

// Stacks weight matrices on top of each other and drops their pages.
nn::Linear TakeLinear(ThreadPool& pool, const TensorSource& source,
                      const std::vector<std::string>& names, WeightFormat format) {
  std::vector<TensorView> tensors;
  for (const std::string& name : names) tensors.push_back(source.Get(name));
  nn::Linear linear = nn::PackStack(pool, format, tensors);
  for (const TensorView& tensor : tensors) source.Drop(tensor);
  linear.RefineInputs();
  return linear;
}

// Names of the matrices that go into the activation.
std::vector<std::string> FeedForwardIn(const T5Config& config, const std::string& block) {
  if (config.feed_forward == FeedForward::kRelu) return {block + "DenseReluDense.wi.weight"};
  return {block + "DenseReluDense.wi_0.weight", block + "DenseReluDense.wi_1.weight"};
}

}  // namespace

T5Encoder::T5Encoder(ThreadPool& pool, const T5Config& config, const TensorSource& source,
                     const std::string& prefix, WeightFormat format)
    : config_(config) {
  const TensorView embedding = source.Get(EmbeddingName(source, prefix));
  embedding_ = nn::Embedding(pool, format, embedding);
  source.Drop(embedding);
  position_bias_ = TakeFloats(source, BlockName(prefix, 0, 0) + kPositionBias);
  for (int64_t i = 0; i < config.num_layers; ++i) {
    const std::string attention = BlockName(prefix, i, 0);
    const std::string feed_forward = BlockName(prefix, i, 1);
    const std::string weights = attention + "SelfAttention.";
    Layer layer;
    layer.attention_norm = {TakeFloats(source, attention + "layer_norm.weight"), config.norm_eps};
    layer.qkv = TakeLinear(
        pool, source, {weights + "q.weight", weights + "k.weight", weights + "v.weight"}, format);
    layer.attention_out = TakeLinear(pool, source, {weights + "o.weight"}, format);
    layer.feed_forward_norm = {TakeFloats(source, feed_forward + "layer_norm.weight"),
                               config.norm_eps};
    layer.feed_forward_in = TakeLinear(pool, source, FeedForwardIn(config, feed_forward), format);
    layer.feed_forward_out =
        TakeLinear(pool, source, {feed_forward + "DenseReluDense.wo.weight"}, format);
    layers_.push_back(std::move(layer));
  }
  final_norm_ = {TakeFloats(source, prefix + "encoder.final_layer_norm.weight"), config.norm_eps};
}

// One prompt's activations, row-major, shared by the threads.
struct T5Encoder::Scratch {
  Scratch(const T5Config& config, int64_t s, int threads)
      : rows(s),
        x(static_cast<size_t>(s * config.d_model)),
        normed(x.size()),
        qkv(static_cast<size_t>(s * 3 * config.inner())),
        attended(static_cast<size_t>(s * config.inner())),
        hidden_width(config.d_ff * (config.feed_forward == FeedForward::kGatedGelu ? 2 : 1)),
        hidden(static_cast<size_t>(s * hidden_width)),
        key_buffer(kernels::KeyBytes(WeightFormat::kF32, config.num_heads, config.d_kv, s)),
        value_buffer(kernels::ValueBytes(WeightFormat::kF32, config.num_heads, config.d_kv, s)),
        kv{WeightFormat::kF32, config.num_heads,   config.d_kv, s,
           key_buffer.data(),  value_buffer.data()},
        bias(static_cast<size_t>(config.num_heads * (2 * s - 1))),
        attention_floats(kernels::AttentionScratchFloats(s, config.d_kv)),
        attention(static_cast<size_t>(attention_floats * threads)) {}

  int64_t rows;                 // S
  std::vector<float> x;         // [S, d_model], the residual stream
  std::vector<float> normed;    // [S, d_model]
  std::vector<float> qkv;       // [S, 3·inner]
  std::vector<float> attended;  // [S, inner]
  int64_t hidden_width;
  std::vector<float> hidden;  // [S, hidden_width]
  AlignedBuffer key_buffer;
  AlignedBuffer value_buffer;
  kernels::KvView kv;
  std::vector<float> bias;  // [num_heads, 2·S − 1], by relative position −(S−1) … S−1
  int64_t attention_floats;
  std::vector<float> attention;  // [threads, attention_floats]

  // The bias of every key for one query: relative positions from −query on.
  const float* BiasRow(int64_t head, int64_t query) const {
    return bias.data() + head * (2 * rows - 1) + (rows - 1 - query);
  }
};

namespace {

// out = RMS-normalised x for this worker's rows.
void NormRows(const Worker& worker, const nn::RmsNorm& norm, const float* x, int64_t rows,
              float* out) {
  const auto width = static_cast<int64_t>(norm.weight.size());
  const Range mine = worker.Split(rows);
  for (int64_t r = mine.begin; r < mine.end; ++r) {
    kernels::RmsNormRow(x + r * width, norm.weight.data(), norm.eps, width, out + r * width);
  }
}

}  // namespace

void T5Encoder::AttentionBlock(Worker& worker, const Layer& layer, Scratch& s) const {
  const int64_t inner = config_.inner();
  const int64_t d_kv = config_.d_kv;
  NormRows(worker, layer.attention_norm, s.x.data(), s.rows, s.normed.data());
  worker.Barrier();
  layer.qkv.Forward(worker, s.normed.data(), config_.d_model, s.rows, s.qkv.data(), 3 * inner);
  worker.Barrier();
  const Range mine = worker.Split(s.rows, kernels::kKeyTile);
  for (int64_t r = mine.begin; r < mine.end; ++r) {
    const float* row = s.qkv.data() + r * 3 * inner;
    kernels::StoreKeyValue(s.kv, r, 0, config_.num_heads, row + inner, d_kv, row + 2 * inner, d_kv);
  }
  worker.Barrier();
  float* scratch = s.attention.data() + s.attention_floats * worker.index();
  const Range queries = worker.Split(config_.num_heads * s.rows);
  for (int64_t i = queries.begin; i < queries.end; ++i) {
    const int64_t head = i / s.rows;
    const int64_t query = i % s.rows;
    kernels::AttentionOptions options;  // scale 1: T5 does not divide by √d_kv
    options.bias = s.BiasRow(head, query);
    kernels::AttendRow(s.qkv.data() + query * 3 * inner + head * d_kv, s.kv, head, s.rows, options,
                       scratch, s.attended.data() + query * inner + head * d_kv);
  }
  worker.Barrier();
  layer.attention_out.Forward(worker, s.attended.data(), inner, s.rows, s.x.data(), config_.d_model,
                              /*accumulate=*/true);
  worker.Barrier();
}

void T5Encoder::FeedForwardBlock(Worker& worker, const Layer& layer, Scratch& s) const {
  const int64_t d_ff = config_.d_ff;
  NormRows(worker, layer.feed_forward_norm, s.x.data(), s.rows, s.normed.data());
  worker.Barrier();
  layer.feed_forward_in.Forward(worker, s.normed.data(), config_.d_model, s.rows, s.hidden.data(),
                                s.hidden_width);
  worker.Barrier();
  const Range mine = worker.Split(s.rows);
  for (int64_t r = mine.begin; r < mine.end; ++r) {
    float* row = s.hidden.data() + r * s.hidden_width;
    if (config_.feed_forward == FeedForward::kRelu) {
      kernels::Relu(row, d_ff, row);
    } else {
      kernels::GeluTanh(row, d_ff, row);
      kernels::Multiply(row, row + d_ff, d_ff, row);
    }
  }
  worker.Barrier();
  layer.feed_forward_out.Forward(worker, s.hidden.data(), s.hidden_width, s.rows, s.x.data(),
                                 config_.d_model, /*accumulate=*/true);
  worker.Barrier();
}

std::vector<float> T5Encoder::Encode(ThreadPool& pool, const TokenIds& ids) const {
  MG_CHECK_LT(0u, ids.size());
  for (const int32_t id : ids) MG_CHECK(0 <= id && id < config_.vocab_size);
  const auto rows = static_cast<int64_t>(ids.size());
  Scratch s(config_, rows, pool.size());
  const std::vector<int64_t> starts = BucketStarts(config_.num_buckets, config_.max_distance);
  for (int64_t relative = 1 - rows; relative < rows; ++relative) {
    const int64_t bucket = RelativeBucket(relative, starts);
    for (int64_t head = 0; head < config_.num_heads; ++head) {
      s.bias[static_cast<size_t>(head * (2 * rows - 1) + relative + rows - 1)] =
          position_bias_[static_cast<size_t>(bucket * config_.num_heads + head)];
    }
  }
  pool.Run([&](Worker& worker) {
    const Range mine = worker.Split(rows);
    for (int64_t r = mine.begin; r < mine.end; ++r) {
      embedding_.Lookup(ids[static_cast<size_t>(r)], s.x.data() + r * config_.d_model);
    }
    worker.Barrier();
    for (const Layer& layer : layers_) {
      AttentionBlock(worker, layer, s);
      FeedForwardBlock(worker, layer, s);
    }
    NormRows(worker, final_norm_, s.x.data(), rows, s.normed.data());
  });
  return std::move(s.normed);
}

size_t T5Encoder::bytes() const {
  size_t bytes =
      embedding_.bytes() + (position_bias_.size() + final_norm_.weight.size()) * sizeof(float);
  for (const Layer& layer : layers_) {
    bytes += layer.qkv.bytes() + layer.attention_out.bytes() + layer.feed_forward_in.bytes() +
             layer.feed_forward_out.bytes();
    bytes += (layer.attention_norm.weight.size() + layer.feed_forward_norm.weight.size()) *
             sizeof(float);
  }
  return bytes;
}

}  // namespace musicgen::text
