// How long a style takes to be heard: mert_bench DIR [--threads N] [--seconds S] [--runs N].
//
// One line of JSON for each run of MERT over noise; DIR holds config.json and its tensors.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>

#include "base/error.h"
#include "kernels/isa.h"
#include "mert/mert.h"
#include "model/mert_files.h"

namespace musicgen::mert {
namespace {

void Run(ThreadPool& pool, const Mert& network, double seconds) {
  const int64_t rate_hz = network.config().sample_rate_hz;
  Waveform sound(rate_hz, 1, static_cast<int64_t>(seconds * static_cast<double>(rate_hz)));
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.0f, 0.1f);
  for (float& value : sound.values) value = normal(random);
  const auto start = std::chrono::steady_clock::now();
  const Features features = network.Run(pool, sound);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf(
      "{\"sound_s\": %.2f, \"frames\": %lld, \"threads\": %d, \"isa\": \"%s\", \"wall_s\": %.3f}\n",
      seconds, static_cast<long long>(features.frames), pool.size(),
      kernels::IsaName(kernels::ActiveIsa()), took.count());
}

}  // namespace
}  // namespace musicgen::mert

int main(int argc, char** argv) {
  using namespace musicgen;
  std::string directory;
  int threads = 2, runs = 5;
  double seconds = 3;
  CLI::App app("How long a style takes to be heard");
  app.add_option("directory", directory, "MERT")->required();
  app.add_option("-t,--threads", threads);
  app.add_option("--seconds", seconds);
  app.add_option("--runs", runs);
  CLI11_PARSE(app, argc, argv);
  try {
    ThreadPool pool(threads);
    const model::MertPart part = model::OpenMert(directory);
    const mert::Mert network(pool, part.config, *part.tensors.source);
    for (int i = 0; i < runs; ++i) mert::Run(pool, network, seconds);
  } catch (const Error& error) {
    std::fprintf(stderr, "mert_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
