#include "mert/positional_convolution.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/check.h"
#include "checkpoint/take_weights.h"
#include "kernels/elementwise.h"
#include "mert/row_blocks.h"
#include "nn/conv_product.h"

namespace musicgen::mert {
namespace {

// The direction v [rows, taps] becomes g·v/‖v‖, with a gain and a norm for each tap, where
// convolutions elsewhere have them for each channel (weight_norm with dim = 2).
void FuseTaps(const std::vector<float>& gains, std::vector<float>* v) {
  const size_t taps = gains.size();
  MG_CHECK(taps > 0);
  std::vector<double> scales(taps);
  for (size_t i = 0; i < v->size(); ++i) {
    const double value = (*v)[i];
    scales[i % taps] += value * value;
  }
  for (size_t k = 0; k < taps; ++k) {
    scales[k] = scales[k] > 0 ? static_cast<double>(gains[k]) / std::sqrt(scales[k]) : 0.0;
  }
  for (size_t i = 0; i < v->size(); ++i) {
    (*v)[i] = static_cast<float>(static_cast<double>((*v)[i]) * scales[i % taps]);
  }
}

}  // namespace

PositionalConvolution::PositionalConvolution(const MertConfig& config,
                                             const checkpoint::TensorSource& source)
    : kernel_(config.position_kernel), group_width_(config.width / config.position_groups) {
  const std::string name = "encoder.pos_conv_embed.conv";
  const checkpoint::WeightNormNames names = checkpoint::FindWeightNorm(source, name);
  std::vector<float> weight = checkpoint::TakeFloats(source, names.direction);
  if (!names.gain.empty()) FuseTaps(checkpoint::TakeFloats(source, names.gain), &weight);
  const std::vector<float> bias = checkpoint::TakeFloats(source, name + ".bias");
  for (int64_t group = 0; group < config.position_groups; ++group) {
    const int64_t first = group * group_width_;
    groups_.push_back(nn::ConvProduct(kernels::WeightFormat::kF32,
                                      weight.data() + first * group_width_ * kernel_, group_width_,
                                      group_width_, kernel_, {0, kernel_}));
    groups_.back().SetBias({bias.begin() + first, bias.begin() + first + group_width_});
  }
}

Features PositionalConvolution::Forward(ThreadPool& pool, const Features& x,
                                        const std::atomic<bool>* stop) const {
  const auto groups = static_cast<int64_t>(groups_.size());
  MG_CHECK_EQ(x.width, groups * group_width_);
  // [group][padding + F + padding][group_width]: a group's rows lie together, and overlap.
  const int64_t padded = x.frames + 2 * (kernel_ / 2);
  std::vector<float> in(static_cast<size_t>(groups * padded * group_width_));
  pool.Run([&](Worker& worker) {
    const Range mine = worker.Split(groups);
    for (int64_t g = mine.begin; g < mine.end; ++g) {
      float* to = in.data() + (g * padded + kernel_ / 2) * group_width_;
      for (int64_t t = 0; t < x.frames; ++t) {
        std::copy_n(x.frame(t) + g * group_width_, group_width_, to + t * group_width_);
      }
    }
  });
  Features y(x.frames, x.width);
  const bool going = RunRowBlocks(
      pool, y.frames, x.width * group_width_ * kernel_, stop, [&](Worker& worker, Range rows) {
        for (int64_t g = 0; g < groups; ++g) {
          groups_[static_cast<size_t>(g)].Forward(
              worker, in.data() + (g * padded + rows.begin) * group_width_, group_width_,
              rows.size(), y.frame(rows.begin) + g * group_width_, y.width);
        }
        worker.Barrier();
        const Range mine = worker.Split(rows.size());
        float* from = y.frame(rows.begin + mine.begin);
        kernels::Gelu(from, mine.size() * y.width, from);
      });
  return going ? std::move(y) : Features();
}

size_t PositionalConvolution::bytes() const {
  size_t sum = 0;
  for (const nn::Linear& group : groups_) sum += group.bytes();
  return sum;
}

}  // namespace musicgen::mert
