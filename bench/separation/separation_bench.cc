// How long stems take: separation_bench FILE|DIR [--threads N] [--seconds S] [--runs N] [--layers].
//
// One line of JSON for each run: the sum of vocals and other, mono, of stereo noise, as a melody
// asks for it. gmac_per_cpu_s counts the published network's 127.0 GMAC a segment. With --layers,
// the steps of one segment and their milliseconds instead.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/memory.h"
#include "kernels/isa.h"
#include "model/demucs_files.h"
#include "separation/ht_demucs.h"
#include "separation/segment_spectrum.h"
#include "separation/separate.h"

namespace musicgen::separation {
namespace {

constexpr double kGmacPerSegment = 127.0;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

Waveform Noise(const HtDemucsConfig& config, int64_t samples) {
  Waveform sound(config.sample_rate_hz, config.audio_channels, samples);
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.0f, 0.1f);
  for (float& value : sound.values) value = normal(random);
  return sound;
}

void Run(ThreadPool& pool, const HtDemucs& network, double seconds) {
  const HtDemucsConfig& config = network.config();
  const Waveform sound =
      Noise(config, static_cast<int64_t>(seconds * static_cast<double>(config.sample_rate_hz)));
  const std::vector<std::string> names = {"vocals", "other"};
  const std::vector<StemMix> mixes = {SumOfStems(config, names)};
  const double begin = Now(), cpu = CpuSeconds();
  const std::vector<Waveform> mix = Separate(pool, network, sound, mixes);
  const double wall_s = Now() - begin, cpu_s = CpuSeconds() - cpu;
  const int64_t segments = CountSegments(config, sound.samples);
  std::printf(
      "{\"sound_s\": %.2f, \"segments\": %lld, \"threads\": %d, \"isa\": \"%s\", \"wall_s\": %.2f, "
      "\"cpu_s\": %.2f, \"gmac_per_cpu_s\": %.1f, \"peak_bytes\": %llu, \"first_sample\": %.9g}\n",
      seconds, static_cast<long long>(segments), pool.size(),
      kernels::IsaName(kernels::ActiveIsa()), wall_s, cpu_s,
      kGmacPerSegment * static_cast<double>(segments) / cpu_s,
      static_cast<unsigned long long>(PeakResidentBytes()),
      static_cast<double>(mix.front().values.front()));
}

// Milliseconds of each step.
class Clock {
 public:
  void Lap(const std::string& step) {
    const double now = Now();
    std::printf("%-24s %8.1f ms\n", step.c_str(), (now - last_) * 1000);
    last_ = Now();
  }

 private:
  double last_ = Now();
};

void RunLayers(ThreadPool& pool, const HtDemucs& network) {
  const HtDemucsConfig& config = network.config();
  const Waveform segment = Noise(config, config.segment_samples());
  BlockScratch scratch(pool.size());
  std::vector<Plane> skips[2];
  Clock clock;
  Tokens tokens;
  for (const BranchKind branch : {BranchKind::kFrequency, BranchKind::kTime}) {
    const size_t b = branch == BranchKind::kFrequency ? 0 : 1;
    Plane x = b == 0 ? SegmentSpectrum(pool, config, segment)
                     : Plane(1, segment.samples, segment.channels);
    clock.Lap(b == 0 ? "spectrum" : "wave");
    for (int64_t i = 0; i < config.depth; ++i) {
      const EncoderLayer& layer = network.encoder(branch, i);
      const std::string name = (b == 0 ? "encoder " : "tencoder ") + std::to_string(i);
      Plane y = layer.Convolve(pool, scratch, i == 0 ? x : skips[b].back(), nullptr);
      clock.Lap(name + " conv");
      layer.AddResidual(pool, scratch, &y, nullptr);
      clock.Lap(name + " residual");
      layer.Rewrite(pool, scratch, &y, nullptr);
      clock.Lap(name + " rewrite");
      skips[b].push_back(std::move(y));
    }
    (b == 0 ? tokens.frequency : tokens.time) = network.ToTokens(pool, branch, skips[b].back());
    clock.Lap("to tokens");
  }
  network.transformer().AddPositions(pool, &tokens);
  clock.Lap("positions");
  for (size_t i = 0; i < network.transformer().layers(); ++i) {
    network.transformer().RunLayer(pool, scratch, i, &tokens, nullptr);
    clock.Lap("transformer " + std::to_string(i));
  }
  for (const BranchKind branch : {BranchKind::kFrequency, BranchKind::kTime}) {
    const size_t b = branch == BranchKind::kFrequency ? 0 : 1;
    Plane x(skips[b].back().lines, skips[b].back().length, skips[b].back().channels);
    network.FromTokens(pool, branch, b == 0 ? tokens.frequency : tokens.time, &x);
    clock.Lap("from tokens");
    for (int64_t j = 0; j < config.depth; ++j) {
      const DecoderLayer& layer = network.decoder(branch, j);
      const std::string name = (b == 0 ? "decoder " : "tdecoder ") + std::to_string(j);
      const int64_t i = config.depth - 1 - j;
      const int64_t length = i > 0    ? skips[b][static_cast<size_t>(i - 1)].length
                             : b == 0 ? config.n_fft / 2
                                      : config.segment_samples();
      x = layer.Rewrite(pool, scratch, x, skips[b][static_cast<size_t>(i)], nullptr);
      clock.Lap(name + " rewrite");
      layer.AddResidual(pool, scratch, &x, nullptr);
      clock.Lap(name + " residual");
      x = layer.Transpose(pool, scratch, x, length, nullptr);
      clock.Lap(name + " transposed");
    }
    if (b == 0) {
      const std::vector<StemMix> mixes = {{{0, 1}, true}};
      MixSpectra(pool, config, x, {0, 1}, mixes);
      clock.Lap("inverse");
    }
  }
}

}  // namespace
}  // namespace musicgen::separation

int main(int argc, char** argv) {
  using namespace musicgen;
  std::string path;
  int threads = 2, runs = 1;
  double seconds = 30;
  bool layers = false;
  CLI::App app("How long stems take");
  app.add_option("FILE", path)->required();
  app.add_option("--threads", threads)->check(CLI::Range(1, 256));
  app.add_option("--seconds", seconds)->check(CLI::Range(0.001, 3600.0));
  app.add_option("--runs", runs)->check(CLI::Range(1, 1000));
  app.add_flag("--layers", layers);
  CLI11_PARSE(app, argc, argv);
  try {
    ThreadPool pool(threads);
    const double begin = separation::Now();
    const model::DemucsPart part = model::OpenDemucs(path);
    const separation::HtDemucs network(pool, part.config, *part.tensors);
    std::fprintf(stderr, "%s: loaded in %.2f s\n", part.name.c_str(), separation::Now() - begin);
    for (int i = 0; i < runs; ++i) {
      if (layers) {
        separation::RunLayers(pool, network);
      } else {
        separation::Run(pool, network, seconds);
      }
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
