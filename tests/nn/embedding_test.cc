#include "nn/embedding.h"

#include <gtest/gtest.h>

#include "tensor/dtype.h"

namespace musicgen::nn {
namespace {

using kernels::WeightFormat;

TEST(EmbeddingTest, LooksUpAndAddsRowsInEveryFormat) {
  constexpr int64_t kRows = 5, kWidth = 3;
  std::vector<float> table;
  for (int i = 0; i < kRows * kWidth; ++i) table.push_back(static_cast<float>(i) * 0.3f - 1.0f);
  for (WeightFormat format : {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kBF16}) {
    const Embedding embedding(format, {"e", DType::kF32, {kRows, kWidth}, table.data()});
    EXPECT_EQ(embedding.rows(), kRows);
    EXPECT_EQ(embedding.width(), kWidth);
    EXPECT_EQ(embedding.bytes(), kRows * kWidth * kernels::FormatBytes(format));
    for (int64_t id = 0; id < kRows; ++id) {
      std::vector<float> out(kWidth, 7.0f), sum(kWidth, 0.5f);
      embedding.Lookup(id, out.data());
      embedding.AddTo(id, sum.data());
      for (int64_t i = 0; i < kWidth; ++i) {
        float expected = table[static_cast<size_t>(id * kWidth + i)];
        if (format == WeightFormat::kF16) expected = F16ToFloat(FloatToF16(expected));
        if (format == WeightFormat::kBF16) expected = BF16ToFloat(FloatToBF16(expected));
        EXPECT_EQ(out[static_cast<size_t>(i)], expected);
        EXPECT_EQ(sum[static_cast<size_t>(i)], 0.5f + expected);
      }
    }
  }
}

TEST(EmbeddingTest, TablesLargerThanItsBlocks) {
  constexpr int64_t kRows = 2048, kWidth = 100;
  std::vector<float> table(kRows * kWidth);
  for (size_t i = 0; i < table.size(); ++i) table[i] = static_cast<float>(i);
  const Embedding embedding(WeightFormat::kF32, {"e", DType::kF32, {kRows, kWidth}, table.data()});
  std::vector<float> out(kWidth);
  for (int64_t id : {0, 655, 656, 2047}) {
    embedding.Lookup(id, out.data());
    for (int64_t i = 0; i < kWidth; ++i) {
      EXPECT_EQ(out[static_cast<size_t>(i)], static_cast<float>(id * kWidth + i));
    }
  }
}

TEST(EmbeddingDeathTest, IdsOutsideAreABug) {
  const float table[2] = {1, 2};
  const Embedding embedding(WeightFormat::kF32, {"e", DType::kF32, {2, 1}, table});
  float out = 0;
  EXPECT_DEATH(embedding.Lookup(2, &out), "check failed");
  EXPECT_DEATH(embedding.Lookup(-1, &out), "check failed");
}

}  // namespace
}  // namespace musicgen::nn
