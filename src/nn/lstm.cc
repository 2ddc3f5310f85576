#include "nn/lstm.h"

#include <algorithm>
#include <cstring>

#include "kernels/elementwise.h"

namespace musicgen::nn {
namespace {

constexpr int64_t kBlock = kernels::kTileOutputs;  // hidden units per block
constexpr int64_t kGates = 4;

// Where gate g of hidden unit u is among the packed outputs.
int64_t PackedGate(int64_t g, int64_t u) { return (u / kBlock * kGates + g) * kBlock + u % kBlock; }

void PackGates(Linear& linear, int64_t width, const float* weight) {
  for (int64_t g = 0; g < kGates; ++g) {
    for (int64_t u = 0; u < width; ++u) {
      linear.PackRows(PackedGate(g, u),
                      TensorView{"", DType::kF32, {1, width}, weight + (g * width + u) * width});
    }
  }
}

}  // namespace

int64_t Lstm::blocks() const { return (width_ + kBlock - 1) / kBlock; }

void Lstm::AddLayer(const LstmWeights& weights) {
  const int64_t gates = blocks() * kGates * kBlock;
  Stacked& layer =
      layers_.emplace_back(Stacked{Linear(format_, gates, width_), Linear(format_, gates, width_)});
  PackGates(layer.input, width_, weights.weight_ih);
  PackGates(layer.recurrent, width_, weights.weight_hh);
  std::vector<float> bias(static_cast<size_t>(gates));
  for (int64_t g = 0; g < kGates; ++g) {
    for (int64_t u = 0; u < width_; ++u) {
      bias[PackedGate(g, u)] = weights.bias_ih[g * width_ + u] + weights.bias_hh[g * width_ + u];
    }
  }
  layer.input.SetBias(std::move(bias));
}

std::unique_ptr<LayerStream> Lstm::NewStream() const { return std::make_unique<LstmStream>(*this); }

size_t Lstm::bytes() const {
  size_t sum = 0;
  for (const Stacked& layer : layers_) sum += layer.input.bytes() + layer.recurrent.bytes();
  return sum;
}

LstmStream::LstmStream(const Lstm& lstm)
    : lstm_(lstm),
      h_(lstm.layers_.size() * static_cast<size_t>(lstm.width_)),
      c_(h_.size()),
      gates_h_(static_cast<size_t>(lstm.blocks() * kGates * kBlock)) {}

void LstmStream::Reset() {
  std::fill(h_.begin(), h_.end(), 0.0f);
  std::fill(c_.begin(), c_.end(), 0.0f);
}

int64_t LstmStream::Begin(int64_t frames, bool /*last*/, FloatBuffer* out) {
  chunk_frames_ = frames;
  gates_x_.Reserve(frames * static_cast<int64_t>(gates_h_.size()));
  out->Reserve(frames * lstm_.width_);
  return frames;
}

const float* LstmStream::Run(Worker& worker, const float* x, float* y) {
  const int64_t frames = chunk_frames_;
  const int64_t width = lstm_.width_;
  const int64_t gates = static_cast<int64_t>(gates_h_.size());
  const Range blocks = worker.Split(lstm_.blocks());
  const Range units{blocks.begin * kBlock, std::min(blocks.end * kBlock, width)};
  if (frames == 0) return y;
  for (size_t l = 0; l < lstm_.layers_.size(); ++l) {
    const Lstm::Stacked& layer = lstm_.layers_[l];
    float* const h = h_.data() + static_cast<int64_t>(l) * width;
    float* const c = c_.data() + static_cast<int64_t>(l) * width;
    layer.input.Forward(worker, l == 0 ? x : y, width, frames, gates_x_.data(), gates);
    worker.Barrier();  // the layer below is used up: y takes this one's outputs
    for (int64_t t = 0; t < frames; ++t) {
      const float* const previous = t == 0 ? h : y + (t - 1) * width;
      // There and back: what the last frame read last is still in the cache.
      for (int64_t i = 0; i < blocks.size(); ++i) {
        const int64_t b = t % 2 == 0 ? blocks.begin + i : blocks.end - 1 - i;
        const int64_t unit = b * kBlock;
        kernels::MatMul(previous, width, 1, layer.recurrent.weight(),
                        {b * kGates, (b + 1) * kGates}, {.scratch = worker.scratch()},
                        gates_h_.data(), gates);
        kernels::LstmCell(gates_x_.data() + t * gates + unit * kGates,
                          gates_h_.data() + unit * kGates, kBlock, 0,
                          std::min(kBlock, width - unit), c + unit, y + t * width + unit);
      }
      worker.Barrier();
    }
    if (units.size() > 0) {
      std::memcpy(h + units.begin, y + (frames - 1) * width + units.begin,
                  static_cast<size_t>(units.size()) * sizeof(float));
    }
  }
  worker.Barrier();  // the last frame has been kept: y takes the skip
  const Range share = worker.Split(frames * width, 16);
  if (share.size() > 0)
    kernels::Add(y + share.begin, x + share.begin, share.size(), y + share.begin);
  worker.Barrier();
  return y;
}

}  // namespace musicgen::nn
