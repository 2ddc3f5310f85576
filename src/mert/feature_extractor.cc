#include "mert/feature_extractor.h"

#include <cmath>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/take_weights.h"
#include "kernels/elementwise.h"
#include "mert/row_blocks.h"
#include "nn/conv_product.h"

namespace musicgen::mert {
namespace {

constexpr double kGroupNormEps = 1e-5;
constexpr int64_t kLane = 16;  // channels of a thread are multiples of a cache line

}  // namespace

FeatureExtractor::FeatureExtractor(const MertConfig& config,
                                   const checkpoint::TensorSource& source) {
  int64_t in = 1;
  for (size_t i = 0; i < config.convolutions.size(); ++i) {
    const Convolution& shape = config.convolutions[i];
    const std::string name = StrCat("feature_extractor.conv_layers.", i, ".");
    const std::vector<float> weight = checkpoint::TakeFloats(source, name + "conv.weight");
    layers_.push_back({in, shape,
                       nn::ConvProduct(kernels::WeightFormat::kF32, weight.data(), shape.channels,
                                       in, shape.kernel, {0, shape.kernel})});
    in = shape.channels;
  }
  norm_weight_ =
      checkpoint::TakeFloats(source, "feature_extractor.conv_layers.0.layer_norm.weight");
  norm_bias_ = checkpoint::TakeFloats(source, "feature_extractor.conv_layers.0.layer_norm.bias");
}

Features FeatureExtractor::Forward(ThreadPool& pool, size_t i, const Features& x,
                                   const std::atomic<bool>* stop) const {
  const Layer& layer = layers_.at(i);
  const int64_t width = layer.shape.channels, stride = layer.shape.stride * layer.in;
  MG_CHECK_EQ(x.width, layer.in);
  if (x.frames < layer.shape.kernel) return {};
  Features y((x.frames - layer.shape.kernel) / layer.shape.stride + 1, width);
  const auto activate = [&](const Worker& worker, Range rows) {
    const Range mine = worker.Split(rows.size());
    float* from = y.frame(rows.begin + mine.begin);
    kernels::Gelu(from, mine.size() * width, from);
  };
  bool going = RunRowBlocks(
      pool, y.frames, layer.product.inputs() * width, stop, [&](Worker& worker, Range rows) {
        layer.product.Forward(worker, x.values.data() + rows.begin * stride, stride, rows.size(),
                              y.frame(rows.begin), width);
        if (i == 0) return;
        worker.Barrier();
        activate(worker, rows);
      });
  if (going && i == 0) {
    NormalizeChannels(pool, &y);
    going = RunRowBlocks(pool, y.frames, 64 * width, stop, activate);
  }
  return going ? std::move(y) : Features();
}

// Group norm with a group for each channel (Wu and He 2018), in double, frame after frame, so that
// the threads' shares of the channels do not matter.
void FeatureExtractor::NormalizeChannels(ThreadPool& pool, Features* y) const {
  const int64_t width = y->width;
  const auto frames = static_cast<double>(y->frames);
  std::vector<double> means(static_cast<size_t>(width)), squares(means.size());
  pool.Run([&](Worker& worker) {
    const Range mine = worker.Split(width, kLane);
    for (int64_t t = 0; t < y->frames; ++t) {
      const float* row = y->frame(t);
      for (int64_t c = mine.begin; c < mine.end; ++c) means[c] += static_cast<double>(row[c]);
    }
    for (int64_t c = mine.begin; c < mine.end; ++c) means[c] /= frames;
    for (int64_t t = 0; t < y->frames; ++t) {
      const float* row = y->frame(t);
      for (int64_t c = mine.begin; c < mine.end; ++c) {
        const double apart = static_cast<double>(row[c]) - means[c];
        squares[c] += apart * apart;
      }
    }
    std::vector<float> scales(static_cast<size_t>(mine.size())), shifts(scales.size());
    for (int64_t c = mine.begin; c < mine.end; ++c) {
      const double scale = static_cast<double>(norm_weight_[static_cast<size_t>(c)]) /
                           std::sqrt(squares[c] / frames + kGroupNormEps);
      scales[static_cast<size_t>(c - mine.begin)] = static_cast<float>(scale);
      shifts[static_cast<size_t>(c - mine.begin)] = static_cast<float>(
          static_cast<double>(norm_bias_[static_cast<size_t>(c)]) - means[c] * scale);
    }
    for (int64_t t = 0; t < y->frames; ++t) {
      float* row = y->frame(t) + mine.begin;
      for (size_t c = 0; c < scales.size(); ++c) row[c] = row[c] * scales[c] + shifts[c];
    }
  });
}

size_t FeatureExtractor::bytes() const {
  size_t sum = (norm_weight_.size() + norm_bias_.size()) * sizeof(float);
  for (const Layer& layer : layers_) sum += layer.product.bytes();
  return sum;
}

}  // namespace musicgen::mert
