#include "train/computed_codec/weight_norm_pair.h"

#include <gmock/gmock.h>

#include <cmath>

namespace musicgen::train {
namespace {

TEST(WeightNormPairTest, GivesTheWeightBackAndKeepsZeros) {
  std::vector<CodecTensor> tensors;
  AppendConvolution("c", {2, 1, 3}, {3e-4f, 0, -4e-4f, 0, 0, 0}, 2, &tensors);
  ASSERT_EQ(tensors.size(), 3u);
  EXPECT_EQ(tensors[0].name, "c.weight_g");
  EXPECT_EQ(tensors[0].shape, (Shape{2, 1, 1}));
  EXPECT_EQ(tensors[1].name, "c.weight_v");
  EXPECT_THAT(tensors[2].values, testing::ElementsAre(0, 0));
  const auto& gain = tensors[0].values;
  const auto& direction = tensors[1].values;
  const float length = std::hypot(direction[0], direction[1], direction[2]);
  EXPECT_NEAR(gain[0] * direction[0] / length, 3e-4, 3e-7);
  EXPECT_NEAR(gain[0] * direction[2] / length, -4e-4, 4e-7);
  EXPECT_EQ(gain[1], 0);
  EXPECT_NE(direction[3], 0);  // its length divides
}

}  // namespace
}  // namespace musicgen::train
