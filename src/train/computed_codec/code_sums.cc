#include "train/computed_codec/code_sums.h"

#include <algorithm>

namespace musicgen::train {

using compose::kBooks;
using Eigen::Index;

Matrix LatentTimes(const Codebooks& codebooks, const std::vector<FitSequence>& data,
                   const std::vector<Matrix>& targets, int lag) {
  const Index columns = targets.front().cols();
  Matrix sum = Matrix::Zero(kLatentWidth, columns);
  for (size_t k = 0; k < kBooks; ++k) {
    const Codebooks::Book& book = codebooks.books[k];
    Matrix by_code = Matrix::Zero(book.rows(), columns);  // the targets of each code, added
    for (size_t s = 0; s < data.size(); ++s) {
      const auto frames = static_cast<Index>(data[s].codes.size());
      for (Index t = std::max<Index>(0, -lag); t < std::min(frames, frames - lag); ++t) {
        const int code = data[s].codes[static_cast<size_t>(t + lag)][k];
        if (code != 0) by_code.row(code) += targets[s].row(t);  // silence is the zero vector
      }
    }
    sum.middleRows(book.first_column, book.columns()) = book.embed.transpose() * by_code;
  }
  return sum;
}

Matrix Latents(const Codebooks& codebooks, const FitSequence& sequence) {
  Matrix latents = Matrix::Zero(static_cast<Index>(sequence.codes.size()), kLatentWidth);
  for (Index t = 0; t < latents.rows(); ++t) {
    codebooks.AddLatent(sequence.codes[static_cast<size_t>(t)], latents.row(t).data());
  }
  return latents;
}

Matrix WindowGram(const std::vector<Matrix>& vectors, const std::function<Matrix(int)>& lagged) {
  const Index width = vectors.front().cols();
  Matrix gram(kTaps * width, kTaps * width);
  for (int lag = 0; lag < kTaps; ++lag) {
    const Matrix block = lagged(lag);
    for (int tap = 0; tap + lag < kTaps; ++tap) {
      gram.block(tap * width, (tap + lag) * width, width, width) = block;
      gram.block((tap + lag) * width, tap * width, width, width) = block.transpose();
    }
  }
  // These blocks hold the windows around frames just outside the sequences, too: off with them.
  Matrix outside = Matrix::Zero(2 * kReach * static_cast<Index>(vectors.size()), kTaps * width);
  Index row = 0;
  for (const Matrix& sequence : vectors) {
    for (int i = 0; i < 2 * kReach; ++i, ++row) {
      const Index centre = i < kReach ? -1 - i : sequence.rows() + i - kReach;
      for (int tap = 0; tap < kTaps; ++tap) {
        const Index t = centre + tap - kReach;
        if (t >= 0 && t < sequence.rows()) {
          outside.block(row, tap * width, 1, width) = sequence.row(t);
        }
      }
    }
  }
  gram.noalias() -= outside.transpose() * outside;
  return gram;
}

}  // namespace musicgen::train
