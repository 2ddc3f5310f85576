#include "nn/encoder_block.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "kernels/elementwise.h"
#include "kernels/packed_matrix.h"

namespace musicgen::nn {
namespace {

// Rows of a block for each worker: a matrix product takes so many at once as well, and what a block
// leaves behind is still in a cache when the next product reads it.
constexpr int64_t kBlockRows = 96;
// Multiplications of attention for each worker in one run of the team: 10 ms or so.
constexpr int64_t kAttentionProducts = int64_t{1} << 28;

// Rows go through the products in so many blocks.
int64_t Blocks(int64_t rows, int workers) {
  const int64_t most = kBlockRows * workers;
  return (rows + most - 1) / most;
}

Range Block(int64_t index, int64_t rows, int workers) {
  const int64_t blocks = Blocks(rows, workers);
  return {rows * index / blocks, rows * (index + 1) / blocks};
}

int64_t LargestBlock(int64_t rows, int workers) {
  const int64_t blocks = Blocks(rows, workers);
  return (rows + blocks - 1) / blocks;
}

}  // namespace

// Of many rows, each worker takes its own through all steps without waiting for the others; few go
// through each product together.
class EncoderBlock::BlockShare {
 public:
  BlockShare(Worker& worker, Range block) : worker_(worker), size_(block.size()) {
    alone_ = worker.count() == 1 || size_ >= kBlockRows / 2 * worker.count();
    // Shares begin where a tile of keys does.
    const int64_t tile = kernels::kTileOutputs, before = block.begin % tile;
    const Range tiles = worker.Split(before + size_, tile);
    keys_ = {std::max<int64_t>(0, tiles.begin - before), std::max<int64_t>(0, tiles.end - before)};
    rows_ = alone_ ? keys_ : worker.Split(size_);
  }

  Range rows() const { return rows_; }  // what is done row by row
  Range keys() const { return keys_; }  // whose keys are stored
  void Wait() const {
    if (!alone_) worker_.Barrier();
  }
  void Multiply(const Linear& product, const float* in, int64_t in_stride, float* out,
                int64_t out_stride, bool accumulate = false) const {
    if (!alone_) {
      return product.Forward(worker_, in, in_stride, size_, out, out_stride, accumulate);
    }
    product.ForwardAlone(worker_, in + rows_.begin * in_stride, in_stride, rows_.size(),
                         out + rows_.begin * out_stride, out_stride, accumulate);
  }

 private:
  Worker& worker_;
  int64_t size_;
  bool alone_;
  Range rows_, keys_;
};

EncoderActivations::EncoderActivations(const EncoderShape& shape, int64_t rows, int workers,
                                       int64_t memory_rows)
    : x(static_cast<size_t>(rows * shape.width)),
      rows_(rows),
      workers_(workers),
      attention_(shape.heads, shape.head_dim, shape.cross ? memory_rows : rows) {
  MG_CHECK_LT(0, rows);
  const int64_t block =
      std::max(LargestBlock(rows, workers), shape.cross ? LargestBlock(memory_rows, workers) : 0);
  normed_.Reserve(block * shape.width);
  qkv_.Reserve(block * 3 * shape.inner());
  hidden_.Reserve(block * shape.activation_width());
  attended_.Reserve(rows * shape.inner());
  scratch_.Reserve(workers * attention_.ScratchFloats());
}

EncoderBlock::EncoderBlock(const EncoderShape& shape, EncoderWeights weights)
    : shape_(shape), weights_(std::move(weights)) {
  const auto check = [](const Linear& linear, int64_t outputs, int64_t inputs) {
    MG_CHECK_EQ(linear.outputs(), outputs);
    MG_CHECK_EQ(linear.inputs(), inputs);
  };
  check(weights_.qkv, (shape.cross ? 1 : 3) * shape.inner(), shape.width);
  if (shape.cross) {
    MG_CHECK(shape.norm_place == NormPlace::kBefore);
    check(weights_.memory_kv, 2 * shape.inner(), shape.width);
  }
  check(weights_.attention_out, shape.width, shape.inner());
  check(weights_.feed_forward_in, shape.activation_width(), shape.width);
  check(weights_.feed_forward_out, shape.width, shape.hidden_width);
}

bool EncoderBlock::Forward(ThreadPool& team, EncoderActivations& activations,
                           const std::atomic<bool>* stop, const float* memory) const {
  const RunPart run = [&](const std::function<void(Worker&)>& part) {
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) return false;
    team.Run(part);
    return true;
  };
  MG_CHECK_EQ(shape_.cross, memory != nullptr);
  return Project(run, activations) && (!shape_.cross || ProjectMemory(run, memory, activations)) &&
         Attend(run, activations) && FeedForward(run, activations);
}

// A block's rows as a product takes them: normalised, or as they are.
const float* EncoderBlock::ProductInput(const BlockShare& share, const Norm& norm, const float* x,
                                        Activations& a) const {
  const int64_t width = shape_.width;
  if (shape_.norm_place == NormPlace::kAfter) return x;
  for (int64_t r = share.rows().begin; r < share.rows().end; ++r) {
    NormRow(norm, x + r * width, width, a.normed_.data() + r * width);
  }
  share.Wait();
  return a.normed_.data();
}

// x += gains ⊙ product(in) for a block's rows, then the norm if it comes after.
void EncoderBlock::AddProduct(const BlockShare& share, const Linear& product,
                              const std::vector<float>& gains, const Norm& norm, const float* in,
                              int64_t in_stride, Range block, Activations& a) const {
  const int64_t width = shape_.width;
  float* x = a.x.data() + block.begin * width;
  float* outputs = gains.empty() ? x : a.normed_.data();
  share.Multiply(product, in, in_stride, outputs, width, /*accumulate=*/gains.empty());
  const bool norms = shape_.norm_place == NormPlace::kAfter;
  if (gains.empty() && !norms) return;
  share.Wait();
  for (int64_t r = share.rows().begin; r < share.rows().end; ++r) {
    float* row = x + r * width;
    if (!gains.empty()) {
      float* scaled = outputs + r * width;
      kernels::Multiply(scaled, gains.data(), width, scaled);
      kernels::Add(row, scaled, width, row);
    }
    if (norms) NormRow(norm, row, width, row);
  }
}

// Rows become queries and, but for cross-attention, keys and values.
bool EncoderBlock::Project(const RunPart& run, Activations& a) const {
  const int64_t inner = shape_.inner(), wide = weights_.qkv.outputs();
  for (int64_t b = 0; b < Blocks(a.rows_, a.workers_); ++b) {
    const Range block = Block(b, a.rows_, a.workers_);
    const bool going = run([&](Worker& worker) {
      const BlockShare share(worker, block);
      const float* in =
          ProductInput(share, weights_.attention_norm, a.x.data() + block.begin * shape_.width, a);
      share.Multiply(weights_.qkv, in, shape_.width, a.qkv_.data(), wide);
      share.Wait();
      if (!shape_.cross) StoreKeys(share.keys(), block, wide, inner, a);
      for (int64_t r = share.rows().begin; r < share.rows().end; ++r) {
        std::memcpy(a.attended_.data() + (block.begin + r) * inner, a.qkv_.data() + r * wide,
                    static_cast<size_t>(inner) * sizeof(float));
      }
    });
    if (!going) return false;
  }
  return true;
}

// What is attended to becomes keys and values.
bool EncoderBlock::ProjectMemory(const RunPart& run, const float* memory, Activations& a) const {
  const int64_t rows = a.attention_.positions(), wide = 2 * shape_.inner();
  for (int64_t b = 0; b < Blocks(rows, a.workers_); ++b) {
    const Range block = Block(b, rows, a.workers_);
    const bool going = run([&](Worker& worker) {
      const BlockShare share(worker, block);
      const float* in =
          ProductInput(share, weights_.memory_norm, memory + block.begin * shape_.width, a);
      share.Multiply(weights_.memory_kv, in, shape_.width, a.qkv_.data(), wide);
      share.Wait();
      StoreKeys(share.keys(), block, wide, 0, a);
    });
    if (!going) return false;
  }
  return true;
}

// Keys and values of some of a block's rows, which are in qkv_ from column `column` on.
void EncoderBlock::StoreKeys(Range rows, Range block, int64_t wide, int64_t column,
                             Activations& a) const {
  if (rows.size() <= 0) return;
  const float* k = a.qkv_.data() + rows.begin * wide + column;
  a.attention_.Store(block.begin + rows.begin, rows.size(), k, k + shape_.inner(), wide);
}

// Queries become what their heads attend to, head by head.
bool EncoderBlock::Attend(const RunPart& run, Activations& a) const {
  constexpr int64_t kQueries = FullAttention::kMostQueries;
  const int64_t rows = a.rows_, keys = a.attention_.positions(), dim = shape_.head_dim;
  const int64_t blocks = (rows + kQueries - 1) / kQueries, all = shape_.heads * blocks;
  const int64_t each =
      std::max<int64_t>(1, kAttentionProducts / (2 * keys * dim * kQueries)) * a.workers_;
  for (int64_t first = 0; first < all; first += each) {
    const bool going = run([&](Worker& worker) {
      float* scratch = a.scratch_.data() + a.attention_.ScratchFloats() * worker.index();
      const Range mine = worker.Split(std::min(each, all - first));
      for (int64_t i = first + mine.begin; i < first + mine.end; ++i) {
        const int64_t head = i / blocks, query = i % blocks * kQueries;
        const float* bias = nullptr;
        if (!a.relative_bias.empty()) {
          bias = a.relative_bias.data() + head * (2 * rows - 1) + (rows - 1 - query);
        }
        a.attention_.Attend(head, std::min(kQueries, rows - query), shape_.score_scale, bias,
                            shape_.inner(), scratch,
                            a.attended_.data() + query * shape_.inner() + head * dim);
      }
    });
    if (!going) return false;
  }
  const int64_t inner = shape_.inner();
  for (int64_t b = 0; b < Blocks(rows, a.workers_); ++b) {
    const Range block = Block(b, rows, a.workers_);
    const bool going = run([&](Worker& worker) {
      AddProduct(BlockShare(worker, block), weights_.attention_out, weights_.attention_gains,
                 weights_.attention_norm, a.attended_.data() + block.begin * inner, inner, block,
                 a);
    });
    if (!going) return false;
  }
  return true;
}

bool EncoderBlock::FeedForward(const RunPart& run, Activations& a) const {
  const int64_t wide = shape_.activation_width();
  for (int64_t b = 0; b < Blocks(a.rows_, a.workers_); ++b) {
    const Range block = Block(b, a.rows_, a.workers_);
    const bool going = run([&](Worker& worker) {
      const BlockShare share(worker, block);
      const float* in = ProductInput(share, weights_.feed_forward_norm,
                                     a.x.data() + block.begin * shape_.width, a);
      share.Multiply(weights_.feed_forward_in, in, shape_.width, a.hidden_.data(), wide);
      share.Wait();
      Activate(share.rows(), a.hidden_.data());
      share.Wait();
      AddProduct(share, weights_.feed_forward_out, weights_.feed_forward_gains,
                 weights_.feed_forward_norm, a.hidden_.data(), wide, block, a);
    });
    if (!going) return false;
  }
  return true;
}

void EncoderBlock::Activate(Range rows, float* hidden) const {
  const int64_t n = shape_.hidden_width;
  for (int64_t r = rows.begin; r < rows.end; ++r) {
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
  return Bytes(w.attention_norm) + Bytes(w.feed_forward_norm) + Bytes(w.memory_norm) +
         w.qkv.bytes() + w.memory_kv.bytes() + w.attention_out.bytes() + w.feed_forward_in.bytes() +
         w.feed_forward_out.bytes() +
         (w.attention_gains.size() + w.feed_forward_gains.size()) * sizeof(float);
}

}  // namespace musicgen::nn
