#include "kernels/matmul.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/variants.h"

namespace musicgen::kernels {
namespace {

constexpr float kUntouched = 12345.0f;

struct Case {
  WeightFormat format = WeightFormat::kF32;
  int64_t outputs = 0;
  int64_t inputs = 0;
  int64_t rows = 0;
  int64_t x_stride = 0;
  bool bias = false;
  bool accumulate = false;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << FormatName(c.format) << " N " << c.outputs << " K " << c.inputs << " rows "
             << c.rows << " x_stride " << c.x_stride << (c.bias ? " bias" : "")
             << (c.accumulate ? " accumulate" : "");
}

class Problem {
 public:
  explicit Problem(const Case& c)
      : case_(c),
        weights_(Noise(c.outputs * c.inputs, 1)),
        x_(Noise((c.rows - 1) * c.x_stride + c.inputs, 2)),
        bias_(Noise(c.outputs, 3)),
        packed_(c.format, c.outputs, c.inputs) {
    PackFloats(packed_, 0, c.outputs, weights_.data());
  }

  // y has one column more than it needs, which must stay as it was.
  int64_t y_stride() const { return case_.outputs + 1; }
  std::vector<float> Start() const {
    std::vector<float> y = Noise(case_.rows * y_stride(), 4);
    for (int64_t r = 0; r < case_.rows; ++r) {
      y[static_cast<size_t>(r * y_stride() + case_.outputs)] = kUntouched;
    }
    return y;
  }
  MatMulOptions options() const { return {case_.bias ? bias_.data() : nullptr, case_.accumulate}; }
  const PackedMatrix& packed() const { return packed_; }
  const float* x() const { return x_.data(); }

  std::vector<float> Run(const KernelTable& table) const {
    std::vector<float> y = Start();
    RunMatMul(table, x(), case_.x_stride, case_.rows, packed_, {0, packed_.tiles()}, options(),
              y.data(), y_stride());
    return y;
  }

  // The weight as the format holds it.
  double Weight(int64_t n, int64_t k) const {
    const float w = weights_[static_cast<size_t>(n * case_.inputs + k)];
    switch (case_.format) {
      case WeightFormat::kF32:
        return w;
      case WeightFormat::kF16:
        return F16ToFloat(FloatToF16(w));
      case WeightFormat::kBF16:
        return BF16ToFloat(FloatToBF16(w));
      default:
        return 0;  // matmul_quantized_test.cc
    }
  }
  double Bias(int64_t n) const { return case_.bias ? bias_[static_cast<size_t>(n)] : 0; }

 private:
  Case case_;
  std::vector<float> weights_, x_, bias_;
  PackedMatrix packed_;
};

void ExpectScalarBits(const Case& c) {
  const Problem problem(c);
  const std::vector<float> expected = problem.Run(kScalarKernels);
  for (int64_t r = 0; r < c.rows; ++r) {
    ASSERT_EQ(expected[static_cast<size_t>(r * problem.y_stride() + c.outputs)], kUntouched) << c;
  }
  for (const Variant& variant : FastVariants()) {
    ASSERT_TRUE(SameBits(problem.Run(*variant.table), expected)) << variant.name << ": " << c;
  }
}

TEST(MatMulTest, ScalarAddsUpSegmentsOfInputsInOrder) {
  for (WeightFormat format : kFormats) {
    for (int64_t inputs : {1, 7, 64, 65, 128, 1000}) {
      const Case c{format, 40, inputs, 5, inputs, true, true};
      const Problem problem(c);
      const std::vector<float> start = problem.Start();
      const std::vector<float> y = problem.Run(kScalarKernels);
      for (int64_t r = 0; r < c.rows; ++r) {
        for (int64_t n = 0; n < c.outputs; ++n) {
          float sum = 0;
          for (int64_t k = 0; k < inputs;) {
            float segment = 0;
            const int64_t begin = k, end = std::min(begin + kSumSegment, inputs);
            for (; k < end; ++k) {
              segment = std::fma(problem.x()[r * c.x_stride + k],
                                 static_cast<float>(problem.Weight(n, k)), segment);
            }
            sum = begin == 0 ? segment : sum + segment;
          }
          const size_t at = static_cast<size_t>(r * problem.y_stride() + n);
          ASSERT_EQ(y[at], start[at] + (sum + static_cast<float>(problem.Bias(n)))) << c;
        }
      }
    }
  }
}

TEST(MatMulTest, SmallShapesGiveTheScalarBits) {
  for (WeightFormat format : kAllFormats) {
    for (int64_t inputs = 1; inputs <= 70; ++inputs) {
      for (int64_t rows : {1, 2, 3, 4}) ExpectScalarBits({format, 45, inputs, rows, inputs, true});
    }
    for (int64_t rows = 1; rows <= 20; ++rows) {
      for (int64_t inputs : {5, 64}) ExpectScalarBits({format, 33, inputs, rows, inputs});
    }
  }
}

TEST(MatMulTest, LargeShapesGiveTheScalarBits) {
  for (WeightFormat format : kAllFormats) {
    for (int64_t rows : {1, 2, 4, 16, 17, 64, 100}) {
      ExpectScalarBits({format, 70, 391, rows, 391, true, true});
    }
    ExpectScalarBits({format, 32, 192, 97, 192});
    ExpectScalarBits({format, 64, 193, 290, 193});
  }
}

TEST(MatMulTest, FewOutputsGiveTheScalarBits) {
  for (WeightFormat format : kAllFormats) {
    for (int64_t outputs = 1; outputs <= 18; ++outputs) {
      ExpectScalarBits({format, outputs, 75, 70, 75, true, outputs % 2 == 0});
    }
    for (int64_t rows : {1, 15, 16, 17, 63, 64, 65, 130}) {
      ExpectScalarBits({format, 1, 448, rows, 64, true});
      ExpectScalarBits({format, 37, 20, rows, 20});  // a narrow last tile
    }
  }
}

TEST(MatMulTest, OverlappingRowsGiveTheScalarBits) {
  for (int64_t stride : {1, 8, 33, 100}) {
    ExpectScalarBits({WeightFormat::kF32, 48, 70, 41, stride, true});
    ExpectScalarBits({WeightFormat::kBF16, 5, 70, 41, stride, true});
  }
  for (int64_t stride : {24, 40, 48, 64}) {  // taps that a segment's end cuts
    ExpectScalarBits({WeightFormat::kF32, 3, 5 * stride, 70, stride, true});
  }
}

TEST(MatMulTest, BiasAndAccumulateGiveTheScalarBits) {
  for (bool bias : {false, true}) {
    for (bool accumulate : {false, true}) {
      for (int64_t rows : {2, 30}) {
        ExpectScalarBits({WeightFormat::kF16, 50, 30, rows, 30, bias, accumulate});
        ExpectScalarBits({WeightFormat::kF16, 3, 30, rows, 30, bias, accumulate});
      }
    }
  }
}

TEST(MatMulTest, InfinitiesAndSubnormalsGiveTheScalarBits) {
  const Case c{WeightFormat::kF32, 40, 24, 20, 24};
  std::vector<float> x = Noise(c.rows * c.inputs, 1, 1e-38f);
  x[30] = INFINITY;
  x[100] = NAN;
  x[200] = -0.0f;
  PackedMatrix w(c.format, c.outputs, c.inputs);
  PackFloats(w, 0, c.outputs, Noise(c.outputs * c.inputs, 2, 1e-3f).data());
  const auto run = [&](const KernelTable& table) {
    std::vector<float> y(static_cast<size_t>(c.rows * c.outputs));
    RunMatMul(table, x.data(), c.inputs, c.rows, w, {0, w.tiles()}, {}, y.data(), c.outputs);
    return y;
  };
  for (const Variant& variant : FastVariants()) {
    EXPECT_TRUE(SameBits(run(*variant.table), run(kScalarKernels))) << variant.name;
  }
}

TEST(MatMulTest, NoInputsLeaveTheBias) {
  const Case c{WeightFormat::kF16, 40, 0, 20, 0, true};
  const Problem problem(c);
  for (const Variant& variant : AllVariants()) {
    const std::vector<float> y = problem.Run(*variant.table);
    for (int64_t n = 0; n < c.outputs; ++n) {
      EXPECT_EQ(y[static_cast<size_t>(n)], static_cast<float>(problem.Bias(n))) << variant.name;
    }
  }
}

TEST(MatMulTest, ResultsDependNeitherOnRowsNorTilesComputedTogether) {
  for (WeightFormat format : kFormats) {
    for (int64_t outputs : {7, 100}) {
      const Case c{format, outputs, 300, 67, 300, true, true};
      const Problem problem(c);
      for (const Variant& variant : FastVariants()) {
        const std::vector<float> together = problem.Run(*variant.table);
        std::vector<float> apart = problem.Start();
        for (int64_t r = 0; r < c.rows; ++r) {
          for (int64_t tile = 0; tile < problem.packed().tiles(); ++tile) {
            RunMatMul(*variant.table, problem.x() + r * c.x_stride, c.x_stride, 1, problem.packed(),
                      {tile, tile + 1}, problem.options(), apart.data() + r * problem.y_stride(),
                      problem.y_stride());
          }
        }
        EXPECT_TRUE(SameBits(together, apart)) << variant.name << ": " << c;
      }
    }
  }
}

TEST(MatMulTest, PublicCallRunsTheActiveKernels) {
  const Case c{WeightFormat::kBF16, 40, 50, 3, 50, true};
  const Problem problem(c);
  std::vector<float> y = problem.Start();
  MatMul(problem.x(), c.x_stride, c.rows, problem.packed(), {0, 2}, problem.options(), y.data(),
         problem.y_stride());
  EXPECT_TRUE(SameBits(y, problem.Run(kScalarKernels)));
}

}  // namespace
}  // namespace musicgen::kernels
