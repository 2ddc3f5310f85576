// Speed of decoding with an EnCodec of the released size and random weights. real_time: seconds of
// sound per second.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "codec/codec.h"
#include "codec/decoder_stream.h"
#include "codec/expected_tensors.h"

namespace musicgen::codec {
namespace {

// Tensors of the expected shapes; their values are noise of a size that keeps activations near 1.
class NoiseSource : public checkpoint::TensorSource {
 public:
  explicit NoiseSource(const CodecConfig& config) {
    for (const auto& tensor : ExpectedTensors(config, *this, "")) {
      shapes_[tensor.name] = tensor.shape;
    }
  }
  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return shapes_.count(name) > 0; }
  TensorView Get(const std::string& name) const override {
    const Shape& shape = shapes_.at(name);
    std::mt19937 random(1);
    std::normal_distribution<float> normal(
        0, 1 / std::sqrt(static_cast<float>(NumElements(shape) / shape[0])));
    values_.resize(static_cast<size_t>(NumElements(shape)));
    for (float& value : values_) value = normal(random);
    return {name, DType::kF32, shape, values_.data()};
  }
  void Drop(const TensorView&) const override {}
  const std::string& Where() const override { return where_; }

 private:
  std::string where_ = "noise";
  std::vector<std::string> names_;
  std::map<std::string, Shape> shapes_;
  mutable std::vector<float> values_;  // of the tensor last given
};

const Codec& FullSizeCodec() {
  static const Codec codec(CodecConfig(), NoiseSource(CodecConfig()), "");
  return codec;
}

void BM_Decode(benchmark::State& state) {
  ThreadPool pool(static_cast<int>(state.range(0)));
  const int64_t chunk = state.range(1);
  constexpr int64_t kFrames = 64;
  const Codec& codec = FullSizeCodec();
  Codes codes(codec.config.num_quantizers, kFrames);
  for (size_t i = 0; i < codes.values.size(); ++i) {
    codes.values[i] = static_cast<int32_t>(i * 7919 % 2048);
  }
  DecoderStream stream(codec);
  std::vector<float> samples;
  for (auto _ : state) {
    stream.Reset();
    samples.clear();
    for (int64_t t = 0; t < kFrames; t += chunk) {
      const int64_t end = std::min(t + chunk, kFrames);
      stream.Push(pool, codes, {t, end}, end == kFrames, &samples);
    }
    benchmark::DoNotOptimize(samples.data());
  }
  const double seconds =
      static_cast<double>(samples.size()) / static_cast<double>(codec.config.sample_rate_hz);
  state.counters["real_time"] =
      benchmark::Counter(seconds, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_Decode)
    ->ArgNames({"threads", "chunk"})
    ->ArgsProduct({{1, 2}, {1, 8, 64}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace musicgen::codec

BENCHMARK_MAIN();
