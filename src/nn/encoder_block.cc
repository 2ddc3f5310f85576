#include "nn/encoder_block.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "kernels/elementwise.h"

namespace musicgen::nn {
namespace {

using kernels::WeightFormat;

// Rows of a block for each worker: a matrix product takes so many at once as well, and what a block
// leaves behind is still in a cache when the next product reads it.
constexpr int64_t kBlockRows = 96;
// Multiplications of attention for each worker in one run of the team. With keys and
// values larger than a cache they take about 0.4 ns each.
constexpr int64_t kAttentionProducts = int64_t{1} << 26;

int64_t Blocks(int64_t rows, int workers) {
  const int64_t most = kBlockRows * workers;
  return (rows + most - 1) / most;
}

}  // namespace

EncoderActivations::EncoderActivations(const EncoderShape& shape, int64_t rows, int workers)
    : x(static_cast<size_t>(rows * shape.width)),
      rows_(rows),
      workers_(workers),
      blocks_(Blocks(rows, workers)),
      keys_(kernels::KeyBytes(WeightFormat::kF32, shape.heads, shape.head_dim, rows)),
      values_(kernels::ValueBytes(WeightFormat::kF32, shape.heads, shape.head_dim, rows)),
      kv_{WeightFormat::kF32, shape.heads, shape.head_dim, rows, keys_.data(), values_.data()},
      attention_floats_(kernels::AttentionScratchFloats(rows, shape.head_dim)) {
  MG_CHECK_LT(0, rows);
  const int64_t block = (rows + blocks_ - 1) / blocks_;
  normed_.Reserve(block * shape.width);
  qkv_.Reserve(block * 3 * shape.inner());
  hidden_.Reserve(block * shape.activation_width());
  attended_.Reserve(rows * shape.inner());
  attention_.Reserve(workers * attention_floats_);
}

Range EncoderActivations::Block(int64_t index) const {
  return {rows_ * index / blocks_, rows_ * (index + 1) / blocks_};
}

EncoderBlock::EncoderBlock(const EncoderShape& shape, EncoderWeights weights)
    : shape_(shape), weights_(std::move(weights)) {
  const auto check = [](const Linear& linear, int64_t outputs, int64_t inputs) {
    MG_CHECK_EQ(linear.outputs(), outputs);
    MG_CHECK_EQ(linear.inputs(), inputs);
  };
  check(weights_.qkv, 3 * shape.inner(), shape.width);
  check(weights_.attention_out, shape.width, shape.inner());
  check(weights_.feed_forward_in, shape.activation_width(), shape.width);
  check(weights_.feed_forward_out, shape.width, shape.hidden_width);
}

bool EncoderBlock::Forward(ThreadPool& team, EncoderActivations& activations,
                           const std::atomic<bool>* stop) const {
  const RunPart run = [&](const std::function<void(Worker&)>& part) {
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) return false;
    team.Run(part);
    return true;
  };
  return Attention(run, activations) && FeedForward(run, activations);
}

// A block's rows as a product takes them: normalised, or as they are.
const float* EncoderBlock::ProductInput(Worker& worker, const Norm& norm, Range block,
                                        Activations& a) const {
  const int64_t width = shape_.width;
  const float* x = a.x.data() + block.begin * width;
  if (shape_.norm_place == NormPlace::kAfter) return x;
  const Range mine = worker.Split(block.size());
  for (int64_t r = mine.begin; r < mine.end; ++r) {
    NormRow(norm, x + r * width, width, a.normed_.data() + r * width);
  }
  worker.Barrier();
  return a.normed_.data();
}

// x += gains ⊙ product(in) for a block's rows, then the norm if it comes after.
void EncoderBlock::AddProduct(Worker& worker, const Linear& product,
                              const std::vector<float>& gains, const Norm& norm, const float* in,
                              int64_t in_stride, Range block, Activations& a) const {
  const int64_t width = shape_.width;
  float* x = a.x.data() + block.begin * width;
  float* outputs = gains.empty() ? x : a.normed_.data();
  product.Forward(worker, in, in_stride, block.size(), outputs, width,
                  /*accumulate=*/gains.empty());
  const bool norms = shape_.norm_place == NormPlace::kAfter;
  if (gains.empty() && !norms) return;
  worker.Barrier();
  const Range mine = worker.Split(block.size());
  for (int64_t r = mine.begin; r < mine.end; ++r) {
    float* row = x + r * width;
    if (!gains.empty()) {
      float* scaled = outputs + r * width;
      kernels::Multiply(scaled, gains.data(), width, scaled);
      kernels::Add(row, scaled, width, row);
    }
    if (norms) NormRow(norm, row, width, row);
  }
}

bool EncoderBlock::Attention(const RunPart& run, Activations& a) const {
  const int64_t inner = shape_.inner(), dim = shape_.head_dim;
  for (int64_t b = 0; b < a.blocks_; ++b) {
    const Range block = a.Block(b);
    const bool going = run([&](Worker& worker) {
      const float* in = ProductInput(worker, weights_.attention_norm, block, a);
      weights_.qkv.Forward(worker, in, shape_.width, block.size(), a.qkv_.data(), 3 * inner);
      worker.Barrier();
      const Range mine = worker.Split(block.size(), kernels::kKeyTile);
      for (int64_t r = mine.begin; r < mine.end; ++r) {
        const float* row = a.qkv_.data() + r * 3 * inner;
        std::memcpy(a.attended_.data() + (block.begin + r) * inner, row,
                    static_cast<size_t>(inner) * sizeof(float));
        kernels::StoreKeyValue(a.kv_, block.begin + r, 0, shape_.heads, row + inner, dim,
                               row + 2 * inner, dim);
      }
    });
    if (!going) return false;
  }
  if (!Attend(run, a)) return false;
  for (int64_t b = 0; b < a.blocks_; ++b) {
    const Range block = a.Block(b);
    const bool going = run([&](Worker& worker) {
      AddProduct(worker, weights_.attention_out, weights_.attention_gains, weights_.attention_norm,
                 a.attended_.data() + block.begin * inner, inner, block, a);
    });
    if (!going) return false;
  }
  return true;
}

// Queries become what their heads attend to. Head by head, so that one head's keys and values serve
// many queries while they are near.
bool EncoderBlock::Attend(const RunPart& run, Activations& a) const {
  const int64_t rows = a.rows_, dim = shape_.head_dim;
  const int64_t each = std::max<int64_t>(1, kAttentionProducts / (2 * rows * dim)) * a.workers_;
  const int64_t all = shape_.heads * rows;
  for (int64_t first = 0; first < all; first += each) {
    const bool going = run([&](Worker& worker) {
      float* scratch = a.attention_.data() + a.attention_floats_ * worker.index();
      const Range mine = worker.Split(std::min(each, all - first));
      for (int64_t i = first + mine.begin; i < first + mine.end; ++i) {
        const int64_t head = i / rows, query = i % rows;
        kernels::AttentionOptions options;
        options.scale = shape_.score_scale;
        if (!a.relative_bias.empty()) {
          options.bias = a.relative_bias.data() + head * (2 * rows - 1) + (rows - 1 - query);
        }
        float* q = a.attended_.data() + query * shape_.inner() + head * dim;
        kernels::AttendRow(q, a.kv_, head, rows, options, scratch, q);
      }
    });
    if (!going) return false;
  }
  return true;
}

bool EncoderBlock::FeedForward(const RunPart& run, Activations& a) const {
  const int64_t wide = shape_.activation_width();
  for (int64_t b = 0; b < a.blocks_; ++b) {
    const Range block = a.Block(b);
    const bool going = run([&](Worker& worker) {
      const float* in = ProductInput(worker, weights_.feed_forward_norm, block, a);
      weights_.feed_forward_in.Forward(worker, in, shape_.width, block.size(), a.hidden_.data(),
                                       wide);
      worker.Barrier();
      Activate(worker, block.size(), a.hidden_.data());
      worker.Barrier();
      AddProduct(worker, weights_.feed_forward_out, weights_.feed_forward_gains,
                 weights_.feed_forward_norm, a.hidden_.data(), wide, block, a);
    });
    if (!going) return false;
  }
  return true;
}

void EncoderBlock::Activate(const Worker& worker, int64_t rows, float* hidden) const {
  const int64_t n = shape_.hidden_width;
  const Range mine = worker.Split(rows);
  for (int64_t r = mine.begin; r < mine.end; ++r) {
    float* row = hidden + r * shape_.activation_width();
    switch (shape_.activation) {
      case Activation::kRelu:
        kernels::Relu(row, n, row);
        break;
      case Activation::kGelu:
        kernels::Gelu(row, n, row);
        break;
      case Activation::kGatedGeluTanh:
        kernels::GeluTanh(row, n, row);
        kernels::Multiply(row, row + n, n, row);
        break;
    }
  }
}

size_t EncoderBlock::bytes() const {
  const EncoderWeights& w = weights_;
  return Bytes(w.attention_norm) + Bytes(w.feed_forward_norm) + w.qkv.bytes() +
         w.attention_out.bytes() + w.feed_forward_in.bytes() + w.feed_forward_out.bytes() +
         (w.attention_gains.size() + w.feed_forward_gains.size()) * sizeof(float);
}

}  // namespace musicgen::nn
