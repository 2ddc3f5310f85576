#include "nn/conv_transpose1d.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nn/layer_stream_testing.h"

namespace musicgen::nn {
namespace {

struct Case {
  const char* name;
  ConvTranspose1dShape shape;
};

class ConvTranspose1dTest : public testing::TestWithParam<Case> {
 protected:
  const ConvTranspose1dShape& shape() const { return GetParam().shape; }
  const std::vector<float> weight_ =
      RandomFloats(shape().in_channels * shape().out_channels * shape().kernel, 1);
  const std::vector<float> bias_ = RandomFloats(shape().out_channels, 2);
  const ConvTranspose1d conv_{shape(), kernels::WeightFormat::kF32, weight_.data(), bias_.data()};

  // Scatters as the definition says, then trims.
  std::vector<double> Reference(const std::vector<float>& x) const {
    const int64_t in = shape().in_channels;
    const int64_t out = shape().out_channels;
    const int64_t frames = static_cast<int64_t>(x.size()) / in;
    const int64_t full = (frames - 1) * shape().stride + shape().kernel;
    std::vector<double> y(static_cast<size_t>(full * out));
    for (int64_t i = 0; i < full * out; ++i) y[i] = bias_[i % out];
    for (int64_t t = 0; t < frames; ++t) {
      for (int64_t c = 0; c < in; ++c) {
        const double raw = x[t * in + c];
        const double value = shape().elu_input && raw <= 0 ? std::expm1(raw) : raw;
        for (int64_t o = 0; o < out; ++o) {
          for (int64_t j = 0; j < shape().kernel; ++j) {
            y[(t * shape().stride + j) * out + o] +=
                value * weight_[(c * out + o) * shape().kernel + j];
          }
        }
      }
    }
    const int64_t total = shape().kernel - shape().stride;
    const int64_t right =
        shape().causal
            ? static_cast<int64_t>(std::ceil(static_cast<double>(total) * shape().trim_right_ratio))
            : total / 2;
    return {y.begin() + (total - right) * out, y.end() - right * out};
  }
};

TEST_P(ConvTranspose1dTest, AgreesWithTheDefinition) {
  for (const int64_t frames : {1, 2, 3, 9, 70}) {
    const std::vector<float> x = RandomFloats(frames * shape().in_channels, 3);
    const std::vector<double> expected = Reference(x);
    const std::vector<float> found = RunInChunks(conv_, 1, x, {frames});
    ASSERT_EQ(found.size(), expected.size());
    EXPECT_EQ(static_cast<int64_t>(found.size()), frames * shape().stride * shape().out_channels);
    // Chains of taps·in terms of normal numbers: 5e-6 is 80 roundings of a sum of magnitude 1.
    for (size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 5e-6) << i;
  }
}

TEST_P(ConvTranspose1dTest, ChunksAndThreadsLeaveTheBitsAlone) {
  for (const int64_t frames : {1, 2, 5, 33}) {
    const std::vector<float> x = RandomFloats(frames * shape().in_channels, 4);
    const std::vector<float> whole = RunInChunks(conv_, 1, x, {frames});
    for (uint32_t seed = 0; seed < 8; ++seed) {
      const auto chunks = RandomChunks(frames, 1 + seed, seed);
      EXPECT_EQ(RunInChunks(conv_, 1 + static_cast<int>(seed % 3), x, chunks), whole)
          << frames << " frames, seed " << seed;
    }
  }
}

TEST_P(ConvTranspose1dTest, GivesAllThatIsFinal) {
  ThreadPool pool(1);
  const std::vector<float> x = RandomFloats(12 * shape().in_channels, 5);
  int64_t given = 0;
  const auto stream = conv_.NewStream();
  RunInChunks(*stream, conv_, pool, x, {10, 2}, &given);
  EXPECT_EQ(given, 10 * shape().stride - shape().trim_left());
}

INSTANTIATE_TEST_SUITE_P(Shapes, ConvTranspose1dTest,
                         testing::Values(Case{"Stride8", {6, 5, 16, 8, false, 1.0, true}},
                                         Case{"Stride5", {6, 40, 10, 5, false, 1.0, false}},
                                         Case{"Stride1", {3, 2, 2, 1, false, 1.0, false}},
                                         Case{"NoOverlap", {3, 2, 4, 4, false, 1.0, false}},
                                         Case{"KernelNoMultiple", {3, 4, 7, 3, false, 1.0, false}},
                                         Case{"LongKernel", {3, 4, 11, 2, false, 1.0, false}},
                                         Case{"Causal", {4, 3, 8, 4, true, 1.0, false}},
                                         Case{"CausalHalfTrim", {4, 3, 10, 5, true, 0.5, true}},
                                         Case{"CausalLeftTrim", {4, 3, 10, 5, true, 0.0, false}}),
                         [](const auto& test) { return test.param.name; });

TEST(ConvTranspose1dTrimTest, StrideFiveLosesThreeLeftAndTwoRight) {
  const ConvTranspose1dShape shape{1, 1, 10, 5};
  EXPECT_EQ(shape.trim_left(), 3);
  EXPECT_EQ(shape.trim_right(), 2);
}

}  // namespace
}  // namespace musicgen::nn
