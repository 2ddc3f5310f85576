#include "nn/linear.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nn/noise.h"

namespace musicgen::nn {
namespace {

using kernels::WeightFormat;

struct Case {
  int64_t outputs, inputs, rows;
};
constexpr Case kCases[] = {{100, 30, 1},   {100, 30, 7}, {31, 30, 5},   {64, 40, 64},
                           {100, 30, 130}, {1, 20, 200}, {2000, 16, 70}};

Linear Make(const Case& c, const std::vector<float>& weights) {
  Linear linear(WeightFormat::kF32, {"w", DType::kF32, {c.outputs, c.inputs}, weights.data()});
  linear.SetBias(Noise(c.outputs, 2));
  return linear;
}

TEST(LinearTest, IsTheMatrixProductPlusBias) {
  const Case c{40, 30, 3};
  const std::vector<float> weights = Noise(c.outputs * c.inputs, 1), bias = Noise(c.outputs, 2);
  const std::vector<float> x = Noise(c.rows * c.inputs, 3);
  const Linear linear = Make(c, weights);
  EXPECT_EQ(linear.outputs(), c.outputs);
  EXPECT_EQ(linear.inputs(), c.inputs);
  std::vector<float> y(static_cast<size_t>(c.rows * c.outputs), 1.0f);
  ThreadPool pool(1);
  pool.Run([&](Worker& worker) {
    linear.Forward(worker, x.data(), c.inputs, c.rows, y.data(), c.outputs);
    linear.Forward(worker, x.data(), c.inputs, c.rows, y.data(), c.outputs, true);
  });
  for (int64_t r = 0; r < c.rows; ++r) {
    for (int64_t n = 0; n < c.outputs; ++n) {
      double exact = bias[static_cast<size_t>(n)];
      for (int64_t k = 0; k < c.inputs; ++k) {
        exact += static_cast<double>(x[static_cast<size_t>(r * c.inputs + k)]) *
                 weights[static_cast<size_t>(n * c.inputs + k)];
      }
      // Twice 31 roundings of partial sums of at most 31.
      EXPECT_NEAR(y[static_cast<size_t>(r * c.outputs + n)], 2 * exact, 2 * 31 * 31 * 0x1p-24);
    }
  }
}

TEST(LinearTest, EveryTeamGivesTheSameBits) {
  for (const Case& c : kCases) {
    const std::vector<float> weights = Noise(c.outputs * c.inputs, 1);
    const std::vector<float> x = Noise(c.rows * c.inputs, 3);
    const Linear linear = Make(c, weights);
    std::vector<float> alone;
    for (int threads : {1, 2, 3}) {
      ThreadPool pool(threads);
      std::vector<float> y = Noise(c.rows * c.outputs, 4);
      pool.Run([&](Worker& worker) {
        linear.Forward(worker, x.data(), c.inputs, c.rows, y.data(), c.outputs, true);
      });
      if (threads == 1) alone = y;
      EXPECT_EQ(y, alone) << c.outputs << " outputs, " << c.rows << " rows, " << threads;
    }
  }
}

TEST(LinearTest, SharesCoverEveryResultOnce) {
  for (const Case& c : kCases) {
    const Linear linear(WeightFormat::kBF16, c.outputs, c.inputs);
    for (int threads : {1, 2, 3}) {
      std::vector<int> taken(static_cast<size_t>(c.rows * c.outputs));
      ThreadPool pool(threads);
      pool.Run([&](Worker& worker) {
        const Linear::Share share = linear.ShareOf(worker, c.rows);
        if (c.rows < 64) {
          EXPECT_EQ(share.rows.size(), c.rows);
        }
        for (int64_t r = share.rows.begin; r < share.rows.end; ++r) {
          for (int64_t n = share.outputs.begin; n < share.outputs.end; ++n) {
            ++taken[static_cast<size_t>(r * c.outputs + n)];
          }
        }
      });
      for (int count : taken) ASSERT_EQ(count, 1) << c.outputs << " " << c.rows << " " << threads;
    }
  }
}

}  // namespace
}  // namespace musicgen::nn
