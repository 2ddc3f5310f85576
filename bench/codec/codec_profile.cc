// Where the codec's time goes, layer by layer: codec_profile [threads] [f32|f16|bf16] [chunk]
// [seconds]. Of an EnCodec of the released size with random weights; the best of several passes per
// layer.
//
// floor_ms is what the layer's multiply-adds would take at the speed this machine's product kernel
// reaches on a matrix in the second cache, measured in the same run, on the same threads.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/thread_pool.h"
#include "codec/codec.h"
#include "codec/encoder.h"
#include "codec/noise_source.h"
#include "codec/seanet_layout.h"
#include "codec/seanet_stream.h"

namespace musicgen::codec {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = SeanetLayer::Kind;

constexpr int kPasses = 12;  // the first one warms up

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

// Multiply-adds a second of all threads together.
double ProductSpeed(ThreadPool& pool) {
  constexpr int64_t kOutputs = 256, kInputs = 256, kRows = 96, kRounds = 200;
  kernels::PackedMatrix w(kernels::WeightFormat::kF32, kOutputs, kInputs);
  std::vector<float> x(kRows * kInputs, 1.0f);
  std::vector<std::vector<float>> y(static_cast<size_t>(pool.size()),
                                    std::vector<float>(kRows * kOutputs));
  double best = 0;
  for (int pass = 0; pass < 5; ++pass) {
    const auto start = Clock::now();
    pool.Run([&](Worker& worker) {
      for (int i = 0; i < kRounds; ++i) {
        kernels::MatMul(x.data(), kInputs, kRows, w, {0, w.tiles()}, {},
                        y[static_cast<size_t>(worker.index())].data(), kOutputs);
      }
    });
    best = std::max(best, static_cast<double>(kOutputs * kInputs * kRows * kRounds) * pool.size() /
                              Seconds(start));
  }
  return best;
}

// Multiply-adds per input frame of the layer; a transposed convolution takes all its taps.
double MacsPerInput(const CodecConfig& config, const SeanetLayer& layer) {
  const double in = static_cast<double>(layer.in_channels);
  const double out = static_cast<double>(layer.out_channels);
  switch (layer.kind) {
    case Kind::kConv:
      return in * out * static_cast<double>(layer.kernel) / static_cast<double>(layer.stride);
    case Kind::kConvTranspose:
      return in * out * static_cast<double>(layer.kernel);
    case Kind::kLstm:
      return 8 * in * in * static_cast<double>(config.num_lstm_layers);
    case Kind::kResidualUnit:
      return in * in / static_cast<double>(config.compress) * static_cast<double>(layer.kernel + 1);
  }
  return 0;
}

const char* KindName(Kind kind) {
  switch (kind) {
    case Kind::kConv:
      return "conv";
    case Kind::kConvTranspose:
      return "conv_transpose";
    case Kind::kLstm:
      return "lstm";
    case Kind::kResidualUnit:
      return "residual";
  }
  return "?";
}

void Profile(ThreadPool& pool, const CodecConfig& config, const Seanet& net,
             const std::vector<SeanetLayer>& layout, double inputs_per_s, int64_t chunk,
             double seconds, double speed) {
  const auto total = static_cast<int64_t>(inputs_per_s * seconds);
  std::vector<float> x(static_cast<size_t>(chunk * net.in_channels()));
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7919 % 2003) / 1000 - 1;
  std::vector<double> best(layout.size(), 1e9);
  double best_total = 1e9;
  SeanetStream stream(net);
  std::vector<double> times(layout.size());
  Clock::time_point mark;
  stream.SetProbe([&](int64_t index, const float*, int64_t, int64_t) {
    const auto now = Clock::now();
    size_t step = 0;
    while (layout[step].index != index) ++step;
    times[step] += std::chrono::duration<double>(now - mark).count();
    mark = now;
  });
  for (int pass = 0; pass < kPasses; ++pass) {
    stream.Reset();
    std::fill(times.begin(), times.end(), 0.0);
    const auto start = Clock::now();
    for (int64_t begin = 0; begin < total; begin += chunk) {
      mark = Clock::now();
      stream.Push(pool, x.data(), std::min(chunk, total - begin), begin + chunk >= total);
    }
    if (pass == 0) continue;
    best_total = std::min(best_total, Seconds(start));
    for (size_t i = 0; i < times.size(); ++i) best[i] = std::min(best[i], times[i]);
  }
  std::printf("%5s %-15s %6s %6s %8s %8s %8s %8s %6s\n", "index", "layer", "in", "out", "MMAC/s",
              "weight_MB", "ms/s", "floor_ms", "share");
  double rate = inputs_per_s;
  for (size_t i = 0; i < layout.size(); ++i) {
    const SeanetLayer& layer = layout[i];
    const double macs = MacsPerInput(config, layer) * rate;
    const double ms = best[i] * 1e3 / seconds;
    const double floor_ms = macs / speed * 1e3;
    std::printf("%5d %-15s %6d %6d %8.1f %8.2f %8.2f %8.2f %5.0f%%\n",
                static_cast<int>(layer.index), KindName(layer.kind),
                static_cast<int>(layer.in_channels), static_cast<int>(layer.out_channels),
                macs * 1e-6, static_cast<double>(net.layers()[i].layer->bytes()) * 1e-6, ms,
                floor_ms, 100 * floor_ms / ms);
    if (layer.kind == Kind::kConv) rate /= static_cast<double>(layer.stride);
    if (layer.kind == Kind::kConvTranspose) rate *= static_cast<double>(layer.stride);
  }
  std::printf("all: %.2f ms per second, %.2f x real time\n", best_total * 1e3 / seconds,
              seconds / best_total);
}

void Main(int threads, kernels::WeightFormat format, int64_t chunk, double seconds) {
  ThreadPool pool(threads);
  const CodecConfig config;
  const NoiseSource source(config);
  const double speed = ProductSpeed(pool);
  std::printf("product kernel: %.1f GMAC/s on %d threads; %s, %d frames at once\n", speed * 1e-9,
              threads, kernels::FormatName(format), static_cast<int>(chunk));
  const double frames_per_s = static_cast<double>(config.frame_rate());
  std::printf("decoder\n");
  Profile(pool, config, Seanet(config, DecoderLayout(config), source, "decoder.layers.", format),
          DecoderLayout(config), frames_per_s, chunk, seconds, speed);
  std::printf("encoder\n");
  Profile(pool, config, Seanet(config, EncoderLayout(config), source, "encoder.layers.", format),
          EncoderLayout(config), static_cast<double>(config.sample_rate_hz),
          chunk * config.hop_samples(), seconds, speed);
}

}  // namespace
}  // namespace musicgen::codec

int main(int argc, char** argv) {
  using musicgen::kernels::WeightFormat;
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const char* name = argc > 2 ? argv[2] : "f32";
  const WeightFormat format = std::strcmp(name, "bf16") == 0  ? WeightFormat::kBF16
                              : std::strcmp(name, "f16") == 0 ? WeightFormat::kF16
                                                              : WeightFormat::kF32;
  const int chunk = argc > 3 ? std::atoi(argv[3]) : 64;
  const double seconds = argc > 4 ? std::atof(argv[4]) : 1.28;
  musicgen::codec::Main(std::max(1, threads), format, std::max(1, chunk), seconds);
}
