// Speed of a T5 encoder of the released size (t5-base) with random weights.

#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "text/expected_tensors.h"
#include "text/t5_encoder.h"

namespace musicgen::text {
namespace {

T5Config Base() {
  T5Config config;
  config.d_model = 768;
  config.d_ff = 3072;
  config.num_layers = 12;
  config.num_heads = 12;
  return config;
}

// Every tensor reads the same noise from its beginning.
class NoiseSource : public checkpoint::TensorSource {
 public:
  explicit NoiseSource(const T5Config& config)
      : expected_(ExpectedTensors(config, *this, "")),
        noise_(static_cast<size_t>(config.vocab_size * config.d_model)) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0f, 0.03f);
    for (float& value : noise_) value = normal(random);
  }
  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return name == "shared.weight"; }
  TensorView Get(const std::string& name) const override {
    for (const auto& tensor : expected_) {
      if (tensor.name == name) return {name, DType::kF32, tensor.shape, noise_.data()};
    }
    ThrowBadInput("no tensor ", name);
  }
  void Drop(const TensorView&) const override {}
  const std::string& Where() const override { return where_; }

 private:
  std::string where_ = "noise";
  std::vector<std::string> names_;
  std::vector<checkpoint::ExpectedTensor> expected_;
  std::vector<float> noise_;
};

const T5Encoder& Encoder(kernels::WeightFormat format) {
  const auto load = [](kernels::WeightFormat as) {
    ThreadPool pool(2);
    return T5Encoder(pool, Base(), NoiseSource(Base()), "", as);
  };
  static const T5Encoder f32 = load(kernels::WeightFormat::kF32);
  static const T5Encoder q8 = load(kernels::WeightFormat::kQ8);
  return format == kernels::WeightFormat::kQ8 ? q8 : f32;
}

void BM_Encode(benchmark::State& state, kernels::WeightFormat format) {
  const T5Encoder& encoder = Encoder(format);
  ThreadPool pool(static_cast<int>(state.range(0)));
  TokenIds ids;
  for (int64_t i = 0; i < state.range(1); ++i) {
    ids.push_back(static_cast<int32_t>(i * 7919 % encoder.config().vocab_size));
  }
  for (auto _ : state) benchmark::DoNotOptimize(encoder.Encode(pool, ids));
}
BENCHMARK_CAPTURE(BM_Encode, f32, kernels::WeightFormat::kF32)
    ->ArgNames({"threads", "tokens"})
    ->ArgsProduct({{1, 2}, {12, 64, 250, 1000}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(BM_Encode, q8, kernels::WeightFormat::kQ8)
    ->ArgNames({"threads", "tokens"})
    ->ArgsProduct({{1, 2}, {12, 64, 250, 1000}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace musicgen::text

BENCHMARK_MAIN();
