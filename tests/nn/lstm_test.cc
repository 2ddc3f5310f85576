#include "nn/lstm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nn/layer_stream_testing.h"

namespace musicgen::nn {
namespace {

struct LayerFloats {
  std::vector<float> weight_ih, weight_hh, bias_ih, bias_hh;
};

struct Model {
  std::vector<LayerFloats> floats;
  Lstm lstm;
};

Model MakeModel(int64_t width, int64_t layers) {
  Model model{{}, Lstm(width, kernels::WeightFormat::kF32)};
  for (int64_t l = 0; l < layers; ++l) {
    const uint32_t seed = static_cast<uint32_t>(10 * l);
    LayerFloats floats{RandomFloats(4 * width * width, seed + 1),
                       RandomFloats(4 * width * width, seed + 2), RandomFloats(4 * width, seed + 3),
                       RandomFloats(4 * width, seed + 4)};
    // Gates of magnitude 1, so that nothing saturates.
    for (auto* weights : {&floats.weight_ih, &floats.weight_hh}) {
      for (float& w : *weights) w /= std::sqrt(static_cast<float>(width));
    }
    model.lstm.AddLayer({floats.weight_ih.data(), floats.weight_hh.data(), floats.bias_ih.data(),
                         floats.bias_hh.data()});
    model.floats.push_back(std::move(floats));
  }
  return model;
}

double Logistic(double x) { return 1 / (1 + std::exp(-x)); }

// PyTorch's formulas, then EnCodec's skip.
std::vector<double> Reference(const Model& model, int64_t width, const std::vector<float>& x) {
  std::vector<double> rows(x.begin(), x.end());
  const int64_t frames = static_cast<int64_t>(x.size()) / width;
  for (const LayerFloats& layer : model.floats) {
    std::vector<double> h(static_cast<size_t>(width)), c(h), gates(static_cast<size_t>(4 * width));
    for (int64_t t = 0; t < frames; ++t) {
      for (int64_t g = 0; g < 4 * width; ++g) {
        gates[g] = static_cast<double>(layer.bias_ih[g]) + layer.bias_hh[g];
        for (int64_t i = 0; i < width; ++i) {
          gates[g] += layer.weight_ih[g * width + i] * rows[t * width + i] +
                      layer.weight_hh[g * width + i] * h[i];
        }
      }
      for (int64_t u = 0; u < width; ++u) {
        c[u] = Logistic(gates[width + u]) * c[u] +
               Logistic(gates[u]) * std::tanh(gates[2 * width + u]);
        h[u] = Logistic(gates[3 * width + u]) * std::tanh(c[u]);
      }
      std::copy(h.begin(), h.end(), rows.begin() + t * width);
    }
  }
  for (size_t i = 0; i < rows.size(); ++i) rows[i] += x[i];
  return rows;
}

class LstmTest : public testing::TestWithParam<std::pair<int64_t, int64_t>> {};

TEST_P(LstmTest, AgreesWithTheFormulas) {
  const auto [width, layers] = GetParam();
  const Model model = MakeModel(width, layers);
  const int64_t frames = 9;
  const std::vector<float> x = RandomFloats(frames * width, 7);
  const std::vector<double> expected = Reference(model, width, x);
  const std::vector<float> found = RunInChunks(model.lstm, 1, x, {frames});
  ASSERT_EQ(found.size(), expected.size());
  // A step errs by about 1e-7 in its activations and ten times as little per gate sum; nine steps
  // of two layers and the final sum (magnitude up to 4) stay below this.
  for (size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 2e-6) << i;
}

TEST_P(LstmTest, ChunksAndThreadsLeaveTheBitsAlone) {
  const auto [width, layers] = GetParam();
  const Model model = MakeModel(width, layers);
  const int64_t frames = 17;
  const std::vector<float> x = RandomFloats(frames * width, 8);
  const std::vector<float> whole = RunInChunks(model.lstm, 1, x, {frames});
  for (uint32_t seed = 0; seed < 8; ++seed) {
    const auto chunks = RandomChunks(frames, 1 + seed, seed);
    EXPECT_EQ(RunInChunks(model.lstm, 1 + static_cast<int>(seed % 3), x, chunks), whole) << seed;
  }
}

TEST_P(LstmTest, ResetForgetsTheState) {
  const auto [width, layers] = GetParam();
  const Model model = MakeModel(width, layers);
  const std::vector<float> x = RandomFloats(5 * width, 9);
  ThreadPool pool(2);
  const auto stream = model.lstm.NewStream();
  const auto first = RunInChunks(*stream, model.lstm, pool, x, {2, 3});
  stream->Reset();
  EXPECT_EQ(RunInChunks(*stream, model.lstm, pool, x, {5}), first);
}

// Widths below, at, above and far from multiples of the packing's 32 units.
INSTANTIATE_TEST_SUITE_P(WidthsAndLayers, LstmTest,
                         testing::Values(std::pair{8, 1}, std::pair{32, 2}, std::pair{45, 2},
                                         std::pair{96, 3}));

}  // namespace
}  // namespace musicgen::nn
