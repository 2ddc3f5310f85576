#include "nn/full_attention.h"

#include <algorithm>

#include "base/check.h"
#include "kernels/attention.h"
#include "kernels/matmul.h"
#include "kernels/norm.h"

namespace musicgen::nn {

using kernels::kTileOutputs;
using kernels::PackedMatrix;
using kernels::WeightFormat;

FullAttention::FullAttention(int64_t heads, int64_t head_dim, int64_t positions)
    : heads_(heads), head_dim_(head_dim), positions_(positions) {
  MG_CHECK_LT(0, positions);
  for (int64_t h = 0; h < heads; ++h) {
    keys_.emplace_back(WeightFormat::kF32, positions, head_dim);
    values_.emplace_back(WeightFormat::kF32, head_dim, positions);
  }
}

void FullAttention::Store(int64_t first, int64_t count, const float* k, const float* v,
                          int64_t stride) {
  std::vector<float> rows(static_cast<size_t>(kTileOutputs * head_dim_));
  for (int64_t begin = 0; begin < count; begin += kTileOutputs) {
    const int64_t n = std::min(kTileOutputs, count - begin);
    for (int64_t h = 0; h < heads_; ++h) {
      const int64_t at = begin * stride + h * head_dim_;
      for (int64_t r = 0; r < n; ++r) {
        std::copy_n(k + at + r * stride, head_dim_, rows.data() + r * head_dim_);
        values_[static_cast<size_t>(h)].PackInput(first + begin + r, v + at + r * stride);
      }
      keys_[static_cast<size_t>(h)].PackRows(
          first + begin, TensorView{"", DType::kF32, {n, head_dim_}, rows.data()});
    }
  }
}

int64_t FullAttention::ScratchFloats() const {
  const int64_t lanes = kernels::kReduceLanes;
  return kMostQueries * ((positions_ + lanes - 1) / lanes * lanes);
}

void FullAttention::Attend(int64_t head, int64_t count, float scale, const float* bias,
                           int64_t stride, float* scratch, float* queries) const {
  MG_CHECK_LE(count, kMostQueries);
  const PackedMatrix& keys = keys_[static_cast<size_t>(head)];
  const PackedMatrix& values = values_[static_cast<size_t>(head)];
  const int64_t width = ScratchFloats() / kMostQueries;
  kernels::MatMul(queries, stride, count, keys, {0, keys.tiles()}, {}, scratch, width);
  float sums[kMostQueries];
  for (int64_t r = 0; r < count; ++r) {
    kernels::AttentionOptions options;
    options.scale = scale;
    if (bias != nullptr) options.bias = bias - r;
    sums[r] = kernels::AttentionWeights(scratch + r * width, positions_, options);
  }
  kernels::MatMul(scratch, width, count, values, {0, values.tiles()}, {}, queries, stride);
  for (int64_t r = 0; r < count; ++r) {
    float* row = queries + r * stride;
    for (int64_t d = 0; d < head_dim_; ++d) row[d] /= sums[r];
  }
}

}  // namespace musicgen::nn
