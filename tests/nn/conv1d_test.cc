#include "nn/conv1d.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nn/layer_stream_testing.h"

namespace musicgen::nn {
namespace {

// EnCodec's padding as its libraries do it: extend, reflect, cut.
std::vector<std::vector<double>> Pad(std::vector<std::vector<double>> x, const Conv1dShape& shape) {
  const int64_t n = static_cast<int64_t>(x.size());
  const int64_t s = shape.stride;
  const int64_t total = shape.reach() - s;
  const int64_t extra =
      (static_cast<int64_t>(
           std::ceil(static_cast<double>(n - shape.reach() + total) / static_cast<double>(s) + 1)) -
       1) *
          s +
      shape.reach() - total - n;
  int64_t left = total;
  int64_t right = extra;
  if (!shape.causal) {
    right = total / 2 + extra;
    left = total - total / 2;
  }
  const std::vector<double> zero(static_cast<size_t>(shape.in_channels));
  int64_t extended = 0;
  if (shape.pad_mode == PadMode::kReflect && n <= std::max(left, right)) {
    extended = std::max(left, right) - n + 1;
    x.resize(x.size() + static_cast<size_t>(extended), zero);
  }
  std::vector<std::vector<double>> padded;
  const int64_t m = static_cast<int64_t>(x.size());
  for (int64_t i = -left; i < m + right; ++i) {
    const int64_t mirrored = i < 0 ? -i : i >= m ? 2 * (m - 1) - i : i;
    const bool inside = 0 <= i && i < m;
    padded.push_back(inside || shape.pad_mode == PadMode::kReflect ? x[mirrored] : zero);
  }
  padded.resize(padded.size() - static_cast<size_t>(extended));
  return padded;
}

struct Reference {
  std::vector<double> values;
  double largest_sum_of_magnitudes = 0;  // Σ|x·w| + |bias|, which bounds the rounding error
};

Reference Convolve(const Conv1dShape& shape, const std::vector<float>& x,
                   const std::vector<float>& weight, const std::vector<float>& bias) {
  const int64_t in = shape.in_channels;
  std::vector<std::vector<double>> frames;
  for (size_t i = 0; i < x.size(); i += static_cast<size_t>(in)) {
    std::vector<double> frame(x.begin() + i, x.begin() + i + in);
    for (double& v : frame) v = shape.elu_input && v <= 0 ? std::expm1(v) : v;
    frames.push_back(frame);
  }
  const auto padded = Pad(frames, shape);
  Reference reference;
  const int64_t count = (static_cast<int64_t>(padded.size()) - shape.reach()) / shape.stride + 1;
  for (int64_t t = 0; t < count; ++t) {
    for (int64_t o = 0; o < shape.out_channels; ++o) {
      double sum = bias[o];
      double magnitudes = std::abs(bias[o]);
      for (int64_t k = 0; k < shape.kernel; ++k) {
        for (int64_t c = 0; c < in; ++c) {
          const double product = padded[t * shape.stride + k * shape.dilation][c] *
                                 weight[(o * in + c) * shape.kernel + k];
          sum += product;
          magnitudes += std::abs(product);
        }
      }
      reference.values.push_back(sum);
      reference.largest_sum_of_magnitudes =
          std::max(reference.largest_sum_of_magnitudes, magnitudes);
    }
  }
  return reference;
}

struct Case {
  const char* name;
  Conv1dShape shape;
};

std::vector<Case> Cases() {
  const PadMode reflect = PadMode::kReflect;
  const PadMode zero = PadMode::kZero;
  return {
      {"Plain", {5, 40, 7, 1, 1, false, reflect, false}},
      {"PlainZero", {5, 40, 7, 1, 1, false, zero, true}},
      {"EvenKernel", {3, 6, 4, 1, 1, false, reflect, false}},
      {"OneOutput", {8, 1, 7, 1, 1, false, reflect, true}},
      {"OneOutputZero", {8, 1, 7, 1, 1, false, zero, true}},
      {"OneInput", {1, 9, 7, 1, 1, false, reflect, false}},
      {"Pointwise", {6, 33, 1, 1, 1, false, reflect, true}},
      {"Stride4", {4, 8, 8, 4, 1, false, reflect, true}},
      {"Stride5", {4, 40, 10, 5, 1, false, reflect, false}},
      {"Stride8Zero", {2, 3, 16, 8, 1, false, zero, false}},
      {"Dilated", {4, 5, 3, 1, 4, false, reflect, true}},
      {"Causal", {4, 5, 7, 1, 1, true, reflect, false}},
      {"CausalStride5", {4, 5, 10, 5, 1, true, reflect, false}},
      {"CausalDilatedZero", {4, 5, 3, 1, 2, true, zero, false}},
      {"StrideDilated", {3, 4, 4, 2, 3, false, reflect, false}},
  };
}

class Conv1dTest : public testing::TestWithParam<Case> {
 protected:
  const Conv1dShape& shape() const { return GetParam().shape; }
  const std::vector<float> weight_ =
      RandomFloats(shape().out_channels * shape().in_channels * shape().kernel, 1);
  const std::vector<float> bias_ = RandomFloats(shape().out_channels, 2);
  const Conv1d conv_{shape(), kernels::WeightFormat::kF32, weight_.data(), bias_.data()};
};

TEST_P(Conv1dTest, AgreesWithTheDefinition) {
  for (const int64_t frames : {1, 2, 3, 4, 5, 7, 8, 9, 11, 16, 17, 40, 100}) {
    const std::vector<float> x = RandomFloats(frames * shape().in_channels, 3);
    const Reference expected = Convolve(shape(), x, weight_, bias_);
    const std::vector<float> found = RunInChunks(conv_, 1, x, {frames});
    ASSERT_EQ(found.size(), expected.values.size());
    EXPECT_EQ(static_cast<int64_t>(found.size()) / shape().out_channels,
              (frames + shape().stride - 1) / shape().stride);
    // A chain of n rounded operations errs by at most n/2 units in the last place of Σ|x·w|.
    const double terms = static_cast<double>(shape().kernel * shape().in_channels + 2);
    const double tolerance = terms * 0x1p-24 * expected.largest_sum_of_magnitudes;
    for (size_t i = 0; i < found.size(); ++i) {
      ASSERT_NEAR(found[i], expected.values[i], tolerance) << frames << " frames, output " << i;
    }
  }
}

TEST_P(Conv1dTest, ChunksAndThreadsLeaveTheBitsAlone) {
  for (const int64_t frames : {1, 2, 5, 12, 23, 90}) {
    const std::vector<float> x = RandomFloats(frames * shape().in_channels, 4);
    const std::vector<float> whole = RunInChunks(conv_, 1, x, {frames});
    for (uint32_t seed = 0; seed < 8; ++seed) {
      const auto chunks = RandomChunks(frames, 1 + seed, seed);
      EXPECT_EQ(RunInChunks(conv_, 1 + static_cast<int>(seed % 3), x, chunks), whole)
          << frames << " frames, seed " << seed;
    }
  }
}

TEST_P(Conv1dTest, GivesAllThatIsFinal) {
  ThreadPool pool(1);
  const std::vector<float> x = RandomFloats(60 * shape().in_channels, 5);
  int64_t given = 0;
  const auto stream = conv_.NewStream();
  RunInChunks(*stream, conv_, pool, x, {50, 10}, &given);
  // Frames that need nothing beyond the 50th.
  EXPECT_EQ(given, (50 + shape().pad_left() - shape().reach()) / shape().stride + 1);
}

TEST_P(Conv1dTest, ResetStartsAnew) {
  ThreadPool pool(1);
  const std::vector<float> x = RandomFloats(30 * shape().in_channels, 6);
  const auto stream = conv_.NewStream();
  const auto first = RunInChunks(*stream, conv_, pool, x, {7, 23});
  stream->Reset();
  EXPECT_EQ(RunInChunks(*stream, conv_, pool, x, {30}), first);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Conv1dTest, testing::ValuesIn(Cases()),
                         [](const auto& test) { return test.param.name; });

// The padded signal itself, seen through a kernel that picks its first tap. Values are those that
// torch's reflect padding with the libraries' rule for short signals gives.
std::vector<float> Padded(const std::vector<float>& x, PadMode mode) {
  Conv1dShape shape;
  shape.kernel = 7;
  shape.pad_mode = mode;
  std::vector<float> result;
  const std::vector<float> bias = {0};
  for (int tap : {0, 6}) {  // the frames three before and three behind each frame
    std::vector<float> weight(7);
    weight[tap] = 1;
    const Conv1d conv(shape, kernels::WeightFormat::kF32, weight.data(), bias.data());
    const auto part = RunInChunks(conv, 1, x, {static_cast<int64_t>(x.size())});
    // Together: all N + 6 frames, those in the middle twice when N > 6.
    if (tap == 0) {
      result = part;
    } else {
      for (size_t i = 0; i < part.size(); ++i) {
        const size_t at = i + 6;
        if (at >= result.size()) result.resize(at + 1, -1);
        result[at] = part[i];
      }
    }
  }
  return result;
}

TEST(Conv1dPaddingTest, ReflectsShortSignalsBehindZeros) {
  using testing::_;
  using testing::ElementsAre;
  // -1 stands for frames that neither kernel shows.
  EXPECT_THAT(Padded({1}, PadMode::kReflect), ElementsAre(0, -1, -1, -1, -1, -1, 0));
  EXPECT_THAT(Padded({1, 2}, PadMode::kReflect), ElementsAre(0, 0, -1, -1, -1, -1, 0, 0));
  EXPECT_THAT(Padded({1, 2, 3}, PadMode::kReflect), ElementsAre(0, 3, 2, -1, -1, -1, 0, 3, 2));
  EXPECT_THAT(Padded({1, 2, 3, 4}, PadMode::kReflect), ElementsAre(4, 3, 2, 1, -1, -1, 4, 3, 2, 1));
  EXPECT_THAT(Padded({1, 2, 3, 4}, PadMode::kZero), ElementsAre(0, 0, 0, 1, -1, -1, 4, 0, 0, 0));
}

}  // namespace
}  // namespace musicgen::nn
