#include "conditioning/text_projection.h"

#include <gtest/gtest.h>

#include <cstring>

#include "checkpoint/safetensors.h"
#include "conditioning/expected_tensors.h"
#include "fixtures_directory.h"
#include "golden.h"

namespace musicgen::conditioning {
namespace {

using kernels::WeightFormat;

constexpr int64_t kTextWidth = 48;
constexpr int64_t kWidth = 64;

std::unique_ptr<checkpoint::TensorSource> OpenModel() {
  return checkpoint::OpenSafetensors(std::string(kFixturesDirectory) +
                                     "/hf-tiny-mono/model.safetensors");
}

// From the reference's states to its conditions: a sum of 48 products in float32.
TEST(TextProjection, GivesTheGoldenConditions) {
  const Golden golden("hf-tiny-mono");
  const TextProjection projection(kTextWidth, kWidth, *OpenModel(), WeightFormat::kF32);
  const Shape shape = golden.ShapeOf("t5.batch.hidden");
  const std::vector<int32_t> mask = golden.Ints("t5.batch.mask");
  ThreadPool pool(2);
  const int64_t rows = shape[0] * shape[1];
  ConditionRows conditions = projection.Project(pool, golden.Floats("t5.batch.hidden"), rows);
  ASSERT_EQ(conditions.rows, rows);
  ASSERT_EQ(conditions.width, kWidth);
  for (int64_t r = 0; r < rows; ++r) {
    if (mask[static_cast<size_t>(r)] != 0) continue;
    std::fill_n(conditions.values.begin() + r * kWidth, kWidth, 0.0f);  // the reference's padding
  }
  EXPECT_LT(MaxAbsDiff(conditions.values, golden.Floats("cond.batch")), 2e-5);
}

// A null condition has no rows here; the reference's rows are zeros, which attention cannot tell.
TEST(TextProjection, HasANullConditionOfZeros) {
  for (const float value : Golden("hf-tiny-mono").Floats("cond.null")) EXPECT_EQ(value, 0.0f);
}

TEST(TextProjection, GivesTheSameBitsOnAnyNumberOfThreads) {
  const TextProjection projection(kTextWidth, kWidth, *OpenModel(), WeightFormat::kF32);
  const int64_t rows = 225;
  const std::vector<float> hidden = Golden("hf-tiny-mono").Floats("t5.long.hidden");
  ThreadPool one(1);
  const ConditionRows expected = projection.Project(one, hidden, rows);
  for (const int threads : {2, 3}) {
    ThreadPool pool(threads);
    const ConditionRows found = projection.Project(pool, hidden, rows);
    EXPECT_EQ(0, std::memcmp(expected.values.data(), found.values.data(),
                             expected.values.size() * sizeof(float)));
  }
}

// transformers leaves the projection out where the widths agree.
TEST(TextProjection, IsTheIdentityWhereThereIsNone) {
  const auto other = checkpoint::OpenSafetensors(std::string(kFixturesDirectory) +
                                                 "/hf-tiny-mono/golden.safetensors");
  EXPECT_TRUE(ExpectedTextProjection(8, 8, *other).empty());
  EXPECT_EQ(ExpectedTextProjection(8, 16, *other).size(), 2u);
  EXPECT_EQ(ExpectedTextProjection(kWidth, kWidth, *OpenModel()).size(), 2u);
  const TextProjection projection(2, 2, *other, WeightFormat::kF32);
  ThreadPool pool(1);
  EXPECT_EQ(projection.Project(pool, {1, 2, 3, 4}, 2).values, (std::vector<float>{1, 2, 3, 4}));
}

TEST(IsNullPrompt, FollowsTheReference) {
  for (const Reference reference : {Reference::kHuggingFace, Reference::kAudioCraft}) {
    EXPECT_TRUE(IsNullPrompt(std::nullopt, reference));
    EXPECT_FALSE(IsNullPrompt(" ", reference));
    EXPECT_FALSE(IsNullPrompt("piano", reference));
  }
  EXPECT_FALSE(IsNullPrompt("", Reference::kHuggingFace));
  EXPECT_TRUE(IsNullPrompt("", Reference::kAudioCraft));
}

}  // namespace
}  // namespace musicgen::conditioning
