#include "separation/group_norm.h"

#include <algorithm>
#include <cmath>

#include "checkpoint/take_weights.h"

namespace musicgen::separation {
namespace {

constexpr double kEps = 1e-5;
constexpr int64_t kLanes = 16;

}  // namespace

void Moments::Add(const float* x, int64_t n) {
  double sums[kLanes] = {}, of_squares[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const double value = x[i + lane];
      sums[lane] += value;
      of_squares[lane] += value * value;
    }
  }
  for (int64_t lane = 0; i < n; ++i, ++lane) {
    const double value = x[i];
    sums[lane] += value;
    of_squares[lane] += value * value;
  }
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    sum += sums[lane];
    squares += of_squares[lane];
  }
  count += n;
}

void Moments::Add(const Moments& other) {
  sum += other.sum;
  squares += other.squares;
  count += other.count;
}

double Moments::mean() const { return count > 0 ? sum / static_cast<double>(count) : 0; }

double Moments::variance(int64_t less) const {
  if (count <= less) return 0;
  const double apart = squares - mean() * sum;
  return std::max(0.0, apart / static_cast<double>(count - less));
}

GroupNorm::Affine GroupNorm::For(const Moments& moments) const {
  const double mean = moments.mean(), inverse = 1 / std::sqrt(moments.variance() + kEps);
  Affine affine;
  for (size_t c = 0; c < weight.size(); ++c) {
    const double scale = static_cast<double>(weight[c]) * inverse;
    affine.scale.push_back(static_cast<float>(scale));
    affine.shift.push_back(static_cast<float>(static_cast<double>(bias[c]) - mean * scale));
  }
  return affine;
}

GroupNorm::Affine GroupNorm::For(std::span<const Moments> parts) const {
  Moments all;
  for (const Moments& part : parts) all.Add(part);
  return For(all);
}

GroupNorm TakeGroupNorm(const checkpoint::TensorSource& source, const std::string& name) {
  return {checkpoint::TakeFloats(source, name + ".weight"),
          checkpoint::TakeFloats(source, name + ".bias")};
}

}  // namespace musicgen::separation
