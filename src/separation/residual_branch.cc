#include "separation/residual_branch.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "checkpoint/take_weights.h"
#include "kernels/elementwise.h"
#include "nn/conv_product.h"

namespace musicgen::separation {
namespace {

using checkpoint::TakeFloats;
using kernels::WeightFormat;

constexpr int64_t kKernel = 3;
constexpr int64_t kLineRows = 1024;  // of the time branch that one thread takes at once
// Bins of narrow planes lie in the same pages, so that some of them are copied together.
constexpr int64_t kBinFloats = 192;

}  // namespace

ResidualBranch::ResidualBranch(const checkpoint::TensorSource& source, const std::string& name,
                               int64_t depth, int64_t channels, int64_t hidden)
    : channels_(channels), hidden_(hidden) {
  for (int64_t d = 0; d < depth; ++d) {
    const std::string at = StrCat(name, ".layers.", d, ".");
    Layer layer;
    layer.dilation = int64_t{1} << d;
    const std::vector<float> weight = TakeFloats(source, at + "0.weight");
    const int64_t together = layer.dilation == 1 ? kKernel : 1;  // as nn/conv1d.cc
    for (int64_t tap = 0; tap < kKernel; tap += together) {
      layer.taps.push_back(nn::ConvProduct(WeightFormat::kF32, weight.data(), hidden, channels,
                                           kKernel, {tap, tap + together}));
    }
    layer.taps.front().SetBias(TakeFloats(source, at + "0.bias"));
    layer.hidden_norm = TakeGroupNorm(source, at + "1");
    const std::vector<float> wide = TakeFloats(source, at + "3.weight");
    layer.wide = nn::Linear(WeightFormat::kF32,
                            TensorView{"", DType::kF32, {2 * channels, hidden}, wide.data()});
    layer.wide.SetBias(TakeFloats(source, at + "3.bias"));
    layer.wide_norm = TakeGroupNorm(source, at + "4");
    layer.gains = TakeFloats(source, at + "6.scale");
    layers_.push_back(std::move(layer));
  }
}

int64_t ResidualBranch::Products() const {
  return static_cast<int64_t>(layers_.size()) * (kKernel + 2) * channels_ * hidden_;
}

// h [rows, hidden] of the rows that follow `dilation` rows of what is before them at x, and are
// followed by as many.
void ResidualBranch::Convolve(const Worker& worker, const Layer& layer, const float* x,
                              int64_t rows, float* h) const {
  for (size_t k = 0; k < layer.taps.size(); ++k) {
    const float* tap = x + static_cast<int64_t>(k) * layer.dilation * channels_;
    layer.taps[k].ForwardAlone(worker, tap, channels_, rows, h, hidden_, /*accumulate=*/k > 0);
  }
}

// x [reach + frames + reach, C] between zeros, in place.
void ResidualBranch::ForwardBin(const Worker& worker, float* x, int64_t frames, float* h,
                                float* wide) const {
  for (const Layer& layer : layers_) {
    float* rows = x + reach() * channels_;
    Convolve(worker, layer, rows - layer.dilation * channels_, frames, h);
    Moments moments;
    moments.Add(h, frames * hidden_);
    const GroupNorm::Affine narrow = layer.hidden_norm.For(moments);
    for (int64_t t = 0; t < frames; ++t) {
      float* row = h + t * hidden_;
      kernels::ScaledGelu(row, narrow.scale.data(), narrow.shift.data(), hidden_, row);
    }
    layer.wide.ForwardAlone(worker, h, hidden_, frames, wide, 2 * channels_);
    moments = {};
    moments.Add(wide, frames * 2 * channels_);
    const GroupNorm::Affine whole = layer.wide_norm.For(moments);
    for (int64_t t = 0; t < frames; ++t) {
      kernels::AddScaledGlu(wide + t * 2 * channels_, whole.scale.data(), whole.shift.data(),
                            layer.gains.data(), channels_, rows + t * channels_);
    }
  }
}

bool ResidualBranch::ForwardBins(ThreadPool& team, BlockScratch& scratch, Plane* x,
                                 const std::atomic<bool>* stop) const {
  const int64_t frames = x->lines, bins = x->length, padded = frames + 2 * reach();
  const int64_t each = std::max<int64_t>(1, kBinFloats / channels_);
  const int64_t items = (bins + each - 1) / each;
  return RunItems(
      team, items, each * frames * Products(), stop, [&](const Worker& worker, int64_t item) {
        const int64_t first = item * each, count = std::min(each, bins - first);
        const int64_t bin_floats = padded * channels_;
        float* in = scratch.Get(worker, count * bin_floats + frames * (hidden_ + 2 * channels_));
        float* h = in + count * bin_floats;
        const size_t bytes = static_cast<size_t>(channels_) * sizeof(float);
        for (int64_t b = 0; b < count; ++b) {
          float* bin = in + b * bin_floats;
          std::fill_n(bin, reach() * channels_, 0.0f);
          std::fill_n(bin + (padded - reach()) * channels_, reach() * channels_, 0.0f);
        }
        for (int64_t t = 0; t < frames; ++t) {
          const float* from = x->row(t, first);
          for (int64_t b = 0; b < count; ++b) {
            std::memcpy(in + b * bin_floats + (reach() + t) * channels_, from + b * channels_,
                        bytes);
          }
        }
        for (int64_t b = 0; b < count; ++b) {
          ForwardBin(worker, in + b * bin_floats, frames, h, h + frames * hidden_);
        }
        for (int64_t t = 0; t < frames; ++t) {
          float* to = x->row(t, first);
          for (int64_t b = 0; b < count; ++b) {
            std::memcpy(to + b * channels_, in + b * bin_floats + (reach() + t) * channels_, bytes);
          }
        }
      });
}

bool ResidualBranch::ForwardLine(ThreadPool& team, BlockScratch& scratch, Plane* x,
                                 const std::atomic<bool>* stop) const {
  for (const Layer& layer : layers_) {
    if (!ForwardLayer(layer, team, scratch, x, stop)) return false;
  }
  return true;
}

// The wide product is computed twice, for its moments and for its values: keeping the values would
// cost more than its few inputs do.
bool ResidualBranch::ForwardLayer(const Layer& layer, ThreadPool& team, BlockScratch& scratch,
                                  Plane* x, const std::atomic<bool>* stop) const {
  const int64_t length = x->length, wide = 2 * channels_;
  const std::vector<PlaneBlock> blocks = CutPlane(1, length, kLineRows);
  const int64_t items = static_cast<int64_t>(blocks.size());
  Plane h = scratch.NewPlane(1, length, hidden_);
  std::vector<Moments> parts(blocks.size());
  const auto for_blocks = [&](int64_t products,
                              const std::function<void(const Worker&, size_t, Range)>& body) {
    return RunItems(team, items, products * kLineRows, stop,
                    [&](const Worker& worker, int64_t item) {
                      const size_t i = static_cast<size_t>(item);
                      body(worker, i, blocks[i].positions);
                    });
  };
  bool going =
      for_blocks(kKernel * channels_ * hidden_, [&](const Worker& worker, size_t i, Range rows) {
        const Range reached = {rows.begin - layer.dilation, rows.end + layer.dilation};
        float* in = scratch.Get(worker, reached.size() * channels_);
        CopyPadded(*x, nullptr, {0, 1}, reached, reached.size(), in);
        Convolve(worker, layer, in, rows.size(), h.row(0, rows.begin));
        parts[i].Add(h.row(0, rows.begin), rows.size() * hidden_);
      });
  if (!going) return false;
  const GroupNorm::Affine narrow = layer.hidden_norm.For(parts);
  // `use` gets some rows of the wide product at a time.
  const auto widen = [&](const Worker& worker, Range rows,
                         const std::function<void(const float* y, Range rows)>& use) {
    float* y = scratch.Get(worker, kProductRows * wide);
    for (int64_t first = rows.begin; first < rows.end; first += kProductRows) {
      const Range some = {first, std::min(first + kProductRows, rows.end)};
      layer.wide.ForwardAlone(worker, h.row(0, first), hidden_, some.size(), y, wide);
      use(y, some);
    }
  };
  std::fill(parts.begin(), parts.end(), Moments());
  going = for_blocks(wide * hidden_, [&](const Worker& worker, size_t i, Range rows) {
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      float* row = h.row(0, r);
      kernels::ScaledGelu(row, narrow.scale.data(), narrow.shift.data(), hidden_, row);
    }
    widen(worker, rows, [&](const float* y, Range some) { parts[i].Add(y, some.size() * wide); });
  });
  if (!going) return false;
  const GroupNorm::Affine whole = layer.wide_norm.For(parts);
  going = for_blocks(wide * hidden_, [&](const Worker& worker, size_t, Range rows) {
    widen(worker, rows, [&](const float* y, Range some) {
      for (int64_t r = some.begin; r < some.end; ++r, y += wide) {
        kernels::AddScaledGlu(y, whole.scale.data(), whole.shift.data(), layer.gains.data(),
                              channels_, x->row(0, r));
      }
    });
  });
  scratch.GiveBack(std::move(h));
  return going;
}

size_t ResidualBranch::bytes() const {
  size_t sum = 0;
  for (const Layer& layer : layers_) {
    for (const nn::Linear& tap : layer.taps) sum += tap.bytes();
    sum += layer.hidden_norm.bytes() + layer.wide.bytes() + layer.wide_norm.bytes() +
           layer.gains.size() * sizeof(float);
  }
  return sum;
}

}  // namespace musicgen::separation
