// Eigen's matrices as this folder uses them: rows are samples, codes or frames.
#pragma once

#include <Eigen/Core>

namespace musicgen::train {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXf;

// Each value rounded to the nearest that f16 holds, so that storing it so changes nothing.
Matrix RoundToF16(const Matrix& matrix);

// The eigenvectors of a symmetric matrix with the largest eigenvalues, in falling order: values
// [count], vectors as columns [n, count].
struct Eigenvectors {
  Vector values;
  Matrix vectors;
};
Eigenvectors LargestEigenvectors(const Matrix& symmetric, Eigen::Index count);

// The solution B of (X'X + ridge · mean diagonal · I) B = X'Y.
Matrix SolveRidge(const Matrix& xtx, const Matrix& xty, double ridge);

}  // namespace musicgen::train
