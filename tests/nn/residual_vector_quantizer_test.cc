#include "nn/residual_vector_quantizer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "nn/nearest_code.h"
#include "nn/noise.h"

namespace musicgen::nn {
namespace {

constexpr int64_t kWidth = 5, kSize = 40, kBooks = 3;

using Tables = std::vector<std::vector<float>>;

Tables NoiseTables() {
  Tables tables;
  for (uint32_t k = 0; k < kBooks; ++k) {
    tables.push_back(Noise(kSize * kWidth, k));
    for (float& value : tables.back()) value /= static_cast<float>(1 << 2 * k);
  }
  return tables;
}

TEST(ResidualVectorQuantizerTest, SumsTheVectorsOfItsRows) {
  const Tables tables = NoiseTables();
  const ResidualVectorQuantizer quantizer(kWidth, tables);
  EXPECT_EQ(quantizer.num_quantizers(), kBooks);
  EXPECT_EQ(quantizer.codebook_size(), kSize);
  EXPECT_EQ(quantizer.width(), kWidth);
  Codes codes(2 * kBooks, 4);  // two sounds, interleaved
  for (size_t i = 0; i < codes.values.size(); ++i)
    codes.values[i] = static_cast<int32_t>(i * 7 % 40);
  std::vector<float> latents(2 * kWidth);
  quantizer.Decode(codes, 1, 2, kBooks, {1, 3}, latents.data());
  for (int64_t t = 0; t < 2; ++t) {
    for (int64_t d = 0; d < kWidth; ++d) {
      float sum = 0;
      for (int64_t k = 0; k < kBooks; ++k) {
        sum += tables[static_cast<size_t>(k)]
                     [static_cast<size_t>(codes.at(1 + 2 * k, 1 + t) * kWidth + d)];
      }
      EXPECT_EQ(latents[static_cast<size_t>(t * kWidth + d)], sum);
    }
  }
}

TEST(ResidualVectorQuantizerTest, RefusesCodesOutsideTheCodebook) {
  const ResidualVectorQuantizer quantizer(kWidth, NoiseTables());
  for (const int32_t code : {-1, 40}) {
    Codes codes(1, 1);
    codes.at(0, 0) = code;
    std::vector<float> latents(kWidth, 7.0f);
    EXPECT_THROW(quantizer.Decode(codes, 0, 1, 1, {0, 1}, latents.data()), Error);
    EXPECT_EQ(latents, std::vector<float>(kWidth, 7.0f));
  }
}

// The definition in double; what is left is the frame less the vectors found.
TEST(NearestCodeTest, FindsTheNearestVectorOfEachBook) {
  constexpr int64_t kFrames = 50;
  const Tables tables = NoiseTables();
  const NearestCode quantizer(kWidth, tables);
  for (const int64_t books : {int64_t{1}, kBooks}) {
    for (const int threads : {1, 3}) {
      ThreadPool pool(threads);
      std::vector<float> latents = Noise(kFrames * kWidth, 9);
      const std::vector<float> before = latents;
      Codes codes(books, kFrames + 2);
      quantizer.Encode(pool, latents.data(), kFrames, 2, &codes);
      for (int64_t t = 0; t < kFrames; ++t) {
        std::vector<double> left(before.begin() + t * kWidth, before.begin() + (t + 1) * kWidth);
        for (int64_t k = 0; k < books; ++k) {
          const auto distance = [&](int64_t code) {
            double sum = 0;
            for (int64_t d = 0; d < kWidth; ++d) {
              const double e =
                  tables[static_cast<size_t>(k)][static_cast<size_t>(code * kWidth + d)];
              sum += (left[static_cast<size_t>(d)] - e) * (left[static_cast<size_t>(d)] - e);
            }
            return sum;
          };
          int64_t nearest = 0;
          for (int64_t code = 1; code < kSize; ++code) {
            if (distance(code) < distance(nearest)) nearest = code;
          }
          EXPECT_EQ(codes.at(k, 2 + t), nearest);
          for (int64_t d = 0; d < kWidth; ++d) {
            left[static_cast<size_t>(d)] -=
                tables[static_cast<size_t>(k)][static_cast<size_t>(nearest * kWidth + d)];
          }
        }
        for (int64_t d = 0; d < kWidth; ++d) {
          EXPECT_NEAR(latents[static_cast<size_t>(t * kWidth + d)], left[static_cast<size_t>(d)],
                      1e-6);
        }
      }
    }
  }
}

TEST(NearestCodeTest, TakesTheFirstOfEquals) {
  Tables tables = NoiseTables();
  std::copy_n(tables[0].begin() + 3 * kWidth, kWidth, tables[0].begin() + 20 * kWidth);
  const NearestCode quantizer(kWidth, tables);
  std::vector<float> latents(tables[0].begin() + 20 * kWidth, tables[0].begin() + 21 * kWidth);
  ThreadPool pool(1);
  Codes codes(1, 1);
  quantizer.Encode(pool, latents.data(), 1, 0, &codes);
  EXPECT_EQ(codes.at(0, 0), 3);
}

}  // namespace
}  // namespace musicgen::nn
