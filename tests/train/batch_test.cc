#include "train/lm/batch.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace musicgen::train {
namespace {

constexpr int32_t kSpecial = 2048;
const std::vector<int64_t> kDelays = {0, 1, 2, 3};

// Code (k, t) is 100 k + t % 100.
TrainingItem Item(int64_t frames, TokenIds text) {
  TrainingItem item;
  item.codes = Codes(4, frames);
  for (int64_t k = 0; k < 4; ++k) {
    for (int64_t t = 0; t < frames; ++t) {
      item.codes.at(k, t) = static_cast<int32_t>(100 * k + t % 100);
    }
  }
  item.text = std::move(text);
  item.frame_weights.assign(static_cast<size_t>(frames), 1.0f);
  return item;
}

TEST(LayOut, PredictsSoManyCodesOfEachBook) {
  const Batch batch = LayOut({{{Item(1500, {}), Item(1500, {})}}}, kDelays, kSpecial);
  const at::Tensor counts = batch.targets.ge(0).sum(1);
  for (int64_t k = 0; k < 4; ++k) EXPECT_EQ(counts[k].item<int64_t>(), 2 * (1500 - k));
}

TEST(LayOut, SeesTheStepBeforeAndPredictsTheNext) {
  const Batch batch = LayOut({{{Item(6, {})}}}, kDelays, kSpecial);
  ASSERT_EQ(batch.positions(), 6);
  for (int64_t s = 0; s < 6; ++s) {
    for (int64_t k = 0; k < 4; ++k) {
      const int64_t seen = s - 1 - k, next = s - k;
      EXPECT_EQ(batch.inputs[s][k].item<int64_t>(), seen < 0 ? kSpecial : 100 * k + seen);
      EXPECT_EQ(batch.targets[k][s].item<int64_t>(), next < 0 ? -1 : 100 * k + next);
      EXPECT_EQ(batch.frames[k][s].item<int64_t>(), next < 0 ? -1 : next);
    }
  }
}

TEST(LayOut, WeighsEachBookAlikeWithinAGroup) {
  TrainingItem weighted = Item(8, {});
  weighted.frame_weights[0] = 12.0f;
  weighted.frame_weights[3] = 0.0f;
  const Batch batch =
      LayOut({{{weighted, Item(8, {})}, 0.4}, {{Item(5, {})}, 1.0}}, kDelays, kSpecial);
  const at::Tensor first = batch.weights.narrow(1, 0, 16).sum(1),
                   second = batch.weights.narrow(1, 16, 5).sum(1);
  for (int64_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(first[k].item<double>(), 0.1, 1e-6);
    EXPECT_NEAR(second[k].item<double>(), 0.25, 1e-6);
  }
  // Frame 0 weighs twelve times frame 1, frame 3 is left out.
  EXPECT_NEAR((batch.weights[1][1] / batch.weights[1][2]).item<double>(), 12.0, 1e-4);
  EXPECT_EQ(batch.targets[0][3].item<int64_t>(), -1);
  EXPECT_EQ(batch.weights[0][3].item<float>(), 0.0f);
}

// What two processes weigh, of which one has no item of the second group, is what one weighs.
TEST(LayOut, WeighsPartsAsTheWhole) {
  TrainingItem weighted = Item(8, {});
  weighted.frame_weights[0] = 12.0f;
  const auto of = [](std::vector<TrainingItem> first, std::vector<TrainingItem> second) {
    return LayOut({{std::move(first), 0.4}, {std::move(second), 1.0}}, kDelays, kSpecial);
  };
  const Batch whole = of({weighted, Item(8, {})}, {Item(5, {})});
  Batch a = of({weighted}, {Item(5, {})}), b = of({Item(8, {})}, {});
  const at::Tensor sums = a.weight_sums + b.weight_sums;
  EXPECT_TRUE(at::equal(sums, whole.weight_sums));
  NormaliseAmongAll(sums, a);
  NormaliseAmongAll(sums, b);
  const at::Tensor parts =
      at::cat({a.weights.narrow(1, 0, 8), b.weights, a.weights.narrow(1, 8, 5)}, 1);
  EXPECT_TRUE(at::allclose(parts, whole.weights, 1e-6, 0.0));
}

TEST(LayOut, GivesEveryTextItsPlaces) {
  const Batch batch =
      LayOut({{{Item(4, {7, 8, 9}), Item(4, {})}}, {{Item(5, {3})}}}, kDelays, kSpecial);
  EXPECT_TRUE(at::equal(batch.tokens, at::tensor({7, 8, 9, 3}, at::kLong)));
  EXPECT_TRUE(at::equal(batch.padded_index, at::tensor({0, 1, 2, 4, 4, 4, 3, 4, 4}, at::kLong)));
  EXPECT_TRUE(at::equal(batch.token_place, at::tensor({0, 1, 2, 6}, at::kLong)));
  // The null condition keeps one place.
  const at::Tensor open = batch.text_mask.view({3, 3}).eq(0.0).to(at::kLong);
  EXPECT_TRUE(at::equal(open, at::tensor({1, 1, 1, 1, 0, 0, 1, 0, 0}, at::kLong).view({3, 3})));
}

// A track of 5 frames in an excerpt of 8, its end special: of each book the 5 frames are predicted,
// however late they are read.
TEST(LayOutTogether, LeavesOutWhatIsPadded) {
  TrainingItem item = Item(8, {});
  for (int64_t k = 0; k < 4; ++k) {
    for (int64_t t = 5; t < 8; ++t) item.codes.at(k, t) = kSpecial;
  }
  std::fill(item.frame_weights.begin() + 5, item.frame_weights.end(), 0.0f);
  const Batch batch = LayOutTogether({item}, kDelays, kSpecial);
  for (int64_t k = 0; k < 4; ++k) {
    EXPECT_EQ(batch.targets[k].ge(0).sum().item<int64_t>(), 5);
    EXPECT_NEAR(batch.weights[k].sum().item<double>(), 0.25, 1e-6);
    EXPECT_EQ(PredictedFrames(5, 8, kDelays)[static_cast<size_t>(k)], 5.0);
    EXPECT_EQ(PredictedFrames(8, 8, kDelays)[static_cast<size_t>(k)], 8.0 - static_cast<double>(k));
  }
  EXPECT_EQ(batch.inputs[7][0].item<int64_t>(), kSpecial);
}

TEST(LayOutTogether, WeighsFramesAlikeWhateverTheLengths) {
  const Batch batch = LayOutTogether({Item(9, {1}), Item(5, {}), Item(9, {2})}, kDelays, kSpecial);
  ASSERT_EQ(batch.groups.size(), 2u);
  EXPECT_EQ(batch.groups[0].items, 2);
  const at::Tensor seen = batch.weights[2].index({batch.targets[2].ge(0)});
  EXPECT_EQ(seen.size(0), 7 + 3 + 7);
  EXPECT_NEAR((seen - 0.25 / 17).abs().max().item<double>(), 0.0, 1e-7);
}

TEST(LayOutTogether, MakesPartsThatAddUpToTheWhole) {
  const std::vector<TrainingItem> items = {Item(9, {1}), Item(5, {}), Item(7, {2}), Item(9, {})};
  std::vector<double> frames(4);
  for (const TrainingItem& item : items) {
    const auto own = PredictedFrames(item.codes.frames, item.codes.frames, kDelays);
    for (size_t k = 0; k < 4; ++k) frames[k] += own[k];
  }
  const Batch whole = LayOutTogether(items, kDelays, kSpecial);
  const Batch first = LayOutTogether({items[0], items[1]}, kDelays, kSpecial, frames);
  const Batch second = LayOutTogether({items[2], items[3]}, kDelays, kSpecial, frames);
  for (int64_t k = 0; k < 4; ++k) {
    EXPECT_NEAR((first.weights[k].sum() + second.weights[k].sum()).item<double>(), 0.25, 1e-6);
    EXPECT_NEAR(first.weights[k].max().item<double>(), whole.weights[k].max().item<double>(), 1e-7);
  }
}

}  // namespace
}  // namespace musicgen::train
