#include "lora/low_rank.h"

#include <utility>

#include "base/check.h"
#include "kernels/matmul.h"

namespace musicgen::lora {
namespace {

// [rows, columns] becomes [columns, rows].
std::vector<float> Turned(const TensorView& matrix) {
  const int64_t rows = matrix.shape[0], columns = matrix.shape[1];
  const std::vector<float> from = ToFloats(matrix);
  std::vector<float> to(from.size());
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      to[static_cast<size_t>(c * rows + r)] = from[static_cast<size_t>(r * columns + c)];
    }
  }
  return to;
}

}  // namespace

LowRankRows::LowRankRows(const LowRank& matrices)
    : rows_(matrices.embedding ? matrices.a.shape[1] : matrices.b.shape[0]),
      scale_(static_cast<float>(matrices.scale)) {
  const int64_t rank = matrices.a.shape[0];
  MG_CHECK_EQ(rank, matrices.b.shape[1]);
  std::vector<float> right = matrices.embedding ? ToFloats(matrices.b) : Turned(matrices.a);
  left_ = matrices.embedding ? Turned(matrices.a) : ToFloats(matrices.b);
  const int64_t columns = static_cast<int64_t>(right.size()) / rank;
  right_ = kernels::PackedMatrix(kernels::WeightFormat::kF32, columns, rank);
  right_.PackRows(0, {"", DType::kF32, {columns, rank}, right.data()});
}

void LowRankRows::Compute(int64_t begin, int64_t count, float* out) const {
  const int64_t rank = right_.inputs();
  kernels::MatMul(left_.data() + begin * rank, rank, count, right_, {0, right_.tiles()}, {}, out,
                  columns());
  for (int64_t i = 0; i < count * columns(); ++i) out[i] *= scale_;
}

}  // namespace musicgen::lora
