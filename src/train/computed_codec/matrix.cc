#include "train/computed_codec/matrix.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include "base/check.h"
#include "tensor/dtype.h"

namespace musicgen::train {

Matrix RoundToF16(const Matrix& matrix) {
  return matrix.unaryExpr([](float x) { return F16ToFloat(FloatToF16(x)); });
}

Eigenvectors LargestEigenvectors(const Matrix& symmetric, Eigen::Index count) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric.cast<double>());
  MG_CHECK(solver.info() == Eigen::Success);
  return {solver.eigenvalues().tail(count).reverse().cast<float>(),
          solver.eigenvectors().rightCols(count).rowwise().reverse().cast<float>()};
}

Matrix SolveRidge(const Matrix& xtx, const Matrix& xty, double ridge) {
  Eigen::MatrixXd left = xtx.cast<double>();
  left.diagonal().array() += ridge * left.diagonal().mean();
  return left.llt().solve(xty.cast<double>()).cast<float>();
}

}  // namespace musicgen::train
