#include "codec/residual_unit.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "nn/layer_stream_testing.h"

namespace musicgen::codec {
namespace {

using nn::RandomChunks;
using nn::RandomFloats;
using nn::RunInChunks;

constexpr int64_t kChannels = 12;
constexpr int64_t kHidden = 5;

nn::Conv1d RandomConv(int64_t in, int64_t out, int64_t kernel, int64_t dilation, bool causal,
                      bool elu_input, uint32_t seed) {
  nn::Conv1dShape shape;
  shape.in_channels = in;
  shape.out_channels = out;
  shape.kernel = kernel;
  shape.dilation = dilation;
  shape.causal = causal;
  shape.elu_input = elu_input;
  return nn::Conv1d(shape, kernels::WeightFormat::kF32,
                    RandomFloats(out * in * kernel, seed).data(),
                    RandomFloats(out, seed + 1).data());
}

struct Parts {
  nn::Conv1d narrow, widen;
  std::optional<nn::Conv1d> shortcut;
};

Parts MakeParts(int64_t kernel, int64_t dilation, bool causal, bool shortcut) {
  Parts parts{RandomConv(kChannels, kHidden, kernel, dilation, causal, true, 1),
              RandomConv(kHidden, kChannels, 1, 1, causal, true, 3), std::nullopt};
  if (shortcut) parts.shortcut = RandomConv(kChannels, kChannels, 1, 1, causal, false, 5);
  return parts;
}

TEST(ResidualUnitTest, IsTheSumOfItsPartsHoweverItIsFed) {
  for (const auto& [kernel, dilation] : {std::pair{3, 1}, std::pair{3, 4}, std::pair{6, 1}}) {
    for (const bool causal : {false, true}) {
      for (const bool with_shortcut : {false, true}) {
        Parts parts = MakeParts(kernel, dilation, causal, with_shortcut);
        for (const int64_t frames : {1, 3, 20}) {
          const std::vector<float> x = RandomFloats(frames * kChannels, 7);
          const auto hidden = RunInChunks(parts.narrow, 1, x, {frames});
          std::vector<float> expected = RunInChunks(parts.widen, 1, hidden, {frames});
          const auto skip = with_shortcut ? RunInChunks(*parts.shortcut, 1, x, {frames}) : x;
          for (size_t i = 0; i < expected.size(); ++i) expected[i] += skip[i];

          Parts again = MakeParts(kernel, dilation, causal, with_shortcut);
          const ResidualUnit unit(std::move(again.narrow), std::move(again.widen),
                                  std::move(again.shortcut));
          EXPECT_EQ(RunInChunks(unit, 1, x, {frames}), expected);
          for (uint32_t seed = 0; seed < 6; ++seed) {
            const auto chunks = RandomChunks(frames, 1 + 2 * seed, seed);
            EXPECT_EQ(RunInChunks(unit, 1 + static_cast<int>(seed % 3), x, chunks), expected)
                << frames << " frames, seed " << seed;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace musicgen::codec
