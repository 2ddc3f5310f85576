#include "codec/segments.h"

#include <algorithm>
#include <cmath>

namespace musicgen::codec {
namespace {

using Kind = SeanetLayer::Kind;

// What a piece may take of the threads' second caches together, in floats: the best of 128 Ki, 256
// Ki and 1 Mi on cores with 512 KiB each.
constexpr double kActivationFloats = 256 * 1024;
// Weights that do not stay there are shared by so many rows at least, others by fewer.
constexpr double kLargeWeights = 256 * 1024;
constexpr double kRowsOfLarge = 64;
constexpr double kRowsOfSmall = 32;

// Floats of a layer: activations on their way per frame of input, and weights.
struct Cost {
  double activations;
  double weights;
};

Cost CostOf(const SeanetLayer& layer) {
  const double in = static_cast<double>(layer.in_channels);
  const double out = static_cast<double>(layer.out_channels);
  const double kernel = static_cast<double>(layer.kernel);
  const double stride = static_cast<double>(layer.stride);
  switch (layer.kind) {
    case Kind::kConv:
      return {2 * in + out / stride, in * out * kernel};
    case Kind::kConvTranspose:
      return {2 * in + out * stride, in * out * kernel};
    case Kind::kResidualUnit:
      return {2 * in + in + out, in * out * kernel / 2};
    case Kind::kLstm:
      return {6 * in, 16 * in * in};
  }
  return {1, 1};
}

}  // namespace

std::vector<Segment> PlanSegments(const std::vector<SeanetLayer>& layout) {
  std::vector<Segment> segments;
  double rate = 1;        // frames of the layer's input per frame of the chain's
  double first_rate = 1;  // of the segment's first layer
  double span = 0;        // of the segment, in frames of the chain's input
  for (size_t i = 0; i < layout.size(); ++i) {
    const Cost cost = CostOf(layout[i]);
    const double rows = std::max(cost.weights > kLargeWeights ? kRowsOfLarge : kRowsOfSmall,
                                 kActivationFloats / cost.activations);
    const double wanted = rows / rate;
    if (segments.empty() || wanted < span / 2 || wanted > span * 2) {
      segments.push_back({i, i, 0});
      first_rate = rate;
      span = wanted;
    }
    Segment& segment = segments.back();
    segment.end = i + 1;
    span = std::min(span, wanted);
    segment.frames = std::max<int64_t>(1, std::llround(span * first_rate));
    const double stride = static_cast<double>(layout[i].stride);
    if (layout[i].kind == Kind::kConv) rate /= stride;
    if (layout[i].kind == Kind::kConvTranspose) rate *= stride;
  }
  return segments;
}

}  // namespace musicgen::codec
