#include "train/computed_codec/codebooks.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace musicgen::train {
namespace {

using compose::FrameTables;
using compose::kBooks;
using compose::kFrameSamples;

constexpr float kEmbeddingScale = 0.2f;
constexpr float kLoudnessPower = -0.4f, kLoudnessFloor = 0.05f;  // of the loudest frame

struct Principal {
  Matrix frames;  // filtered [rows, 640]
  Eigenvectors vectors;
};

Principal FindPrincipal(const FrameTables& tables, int book, const FrameFilter& filter) {
  const auto& samples = tables.frames[static_cast<size_t>(book)];
  const Eigen::Map<const Matrix> frames(samples.data(), tables.rows(book), kFrameSamples);
  const Vector rms = (frames.rowwise().squaredNorm() / kFrameSamples).array().sqrt();
  const Vector weights =
      (rms.array() + kLoudnessFloor * rms.maxCoeff()).pow(kLoudnessPower).matrix();
  Principal principal{frames * filter.filter, {}};
  const Matrix weighted = weights.asDiagonal() * principal.frames;
  principal.vectors = LargestEigenvectors(weighted.transpose() * weighted, kLatentWidth);
  return principal;
}

}  // namespace

Codebooks ComputeCodebooks(const FrameTables& tables, const FrameFilter& filter) {
  std::array<Principal, kBooks> principal;
  std::vector<std::pair<float, size_t>> pool;  // eigenvalue, book
  for (int book = 0; book < kBooks; ++book) {
    const auto k = static_cast<size_t>(book);
    principal[k] = FindPrincipal(tables, book, filter);
    for (const float value : principal[k].vectors.values) pool.emplace_back(value, k);
  }
  std::partial_sort(pool.begin(), pool.begin() + kLatentWidth, pool.end(), std::greater<>());
  std::array<int, kBooks> columns{};
  for (size_t i = 0; i < kLatentWidth; ++i) ++columns[pool[i].second];

  Codebooks codebooks;
  int first = 0;
  for (size_t k = 0; k < kBooks; ++k) {
    codebooks.books[k].embed =
        RoundToF16(kEmbeddingScale *
                   (principal[k].frames * principal[k].vectors.vectors.leftCols(columns[k])));
    codebooks.books[k].first_column = first;
    first += columns[k];
  }
  return codebooks;
}

void Codebooks::AddLatent(const compose::FrameCodes& codes, float* out) const {
  for (size_t k = 0; k < books.size(); ++k) {
    const Book& book = books[k];
    Eigen::Map<Eigen::RowVectorXf>(out + book.first_column, book.columns()) +=
        book.embed.row(codes[k]);
  }
}

}  // namespace musicgen::train
