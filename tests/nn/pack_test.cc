#include "nn/pack.h"

#include <gtest/gtest.h>

#include <cstring>

#include "nn/embedding.h"
#include "tensor/quantized_group.h"

namespace musicgen::nn {
namespace {

using kernels::WeightFormat;

constexpr WeightFormat kFormats[] = {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kBF16,
                                     WeightFormat::kQ8, WeightFormat::kQ4};

std::vector<float> Numbers(int64_t n, float first) {
  std::vector<float> numbers;
  for (int64_t i = 0; i < n; ++i) {
    numbers.push_back(first + static_cast<float>((i * 7919) % 1009) / 504.0f - 1.0f);
  }
  return numbers;
}

// Tensors whose borders lie inside tiles, on any number of threads, more than there are tiles too.
TEST(PackStack, IsTheSameOnAnyNumberOfThreads) {
  constexpr int64_t kInputs = 96;
  const std::vector<float> a = Numbers(50 * kInputs, 0), b = Numbers(7 * kInputs, 1),
                           c = Numbers(90 * kInputs, 2);
  const std::vector<TensorView> stack = {{"a", DType::kF32, {50, kInputs}, a.data()},
                                         {"b", DType::kF32, {7, kInputs}, b.data()},
                                         {"c", DType::kF32, {90, kInputs}, c.data()}};
  for (const WeightFormat format : kFormats) {
    Linear expected(format, 147, kInputs);
    expected.PackRows(0, stack[0]);
    expected.PackRows(50, stack[1]);
    expected.PackRows(57, stack[2]);
    for (const int threads : {1, 2, 3, 8}) {
      ThreadPool pool(threads);
      const Linear packed = PackStack(pool, format, stack);
      ASSERT_EQ(packed.weight().bytes(), expected.weight().bytes());
      EXPECT_EQ(std::memcmp(packed.weight().tile(0), expected.weight().tile(0),
                            expected.weight().bytes()),
                0)
          << kernels::FormatName(format) << " on " << threads;
    }
  }
}

// Groups that are stored already are packed as quantising the numbers packs them.
TEST(PackStack, TakesStoredGroups) {
  constexpr int64_t kInputs = 64, kOutputs = 70;
  const std::vector<float> numbers = Numbers(kOutputs * kInputs, 0);
  std::vector<Q8Group> groups(numbers.size() / kQuantGroup);
  for (size_t g = 0; g < groups.size(); ++g) {
    Quantize(numbers.data() + static_cast<int64_t>(g) * kQuantGroup, &groups[g]);
  }
  ThreadPool pool(3);
  const Linear from_floats =
      PackStack(pool, WeightFormat::kQ8, {{"x", DType::kF32, {kOutputs, kInputs}, numbers.data()}});
  const Linear from_groups =
      PackStack(pool, WeightFormat::kQ8, {{"x", DType::kQ8_0, {kOutputs, kInputs}, groups.data()}});
  EXPECT_EQ(std::memcmp(from_floats.weight().tile(0), from_groups.weight().tile(0),
                        from_floats.weight().bytes()),
            0);
}

TEST(Embedding, IsTheSameOnAnyNumberOfThreads) {
  constexpr int64_t kRows = 33, kWidth = 40;
  const std::vector<float> numbers = Numbers(kRows * kWidth, 0);
  std::vector<uint16_t> halves;
  for (const float number : numbers) halves.push_back(FloatToF16(number));
  for (const TensorView& table : {TensorView{"x", DType::kF32, {kRows, kWidth}, numbers.data()},
                                  TensorView{"x", DType::kF16, {kRows, kWidth}, halves.data()}}) {
    for (const WeightFormat format : kFormats) {
      const Embedding expected(format, table);
      for (const int threads : {2, 5}) {
        ThreadPool pool(threads);
        const Embedding embedding(pool, format, table);
        float a[kWidth], b[kWidth];
        for (int64_t row = 0; row < kRows; ++row) {
          expected.Lookup(row, a);
          embedding.Lookup(row, b);
          ASSERT_EQ(std::memcmp(a, b, sizeof a), 0);
        }
      }
    }
  }
}

}  // namespace
}  // namespace musicgen::nn
