// Speed of decoding with an EnCodec of the released size and random weights. real_time: seconds of
// sound per second.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "codec/codec.h"
#include "codec/decoder_stream.h"
#include "codec/noise_source.h"

namespace musicgen::codec {
namespace {

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
