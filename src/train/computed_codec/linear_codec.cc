#include "train/computed_codec/linear_codec.h"

#include "train/computed_codec/code_sums.h"

namespace musicgen::train {
namespace {

using compose::kFrameSamples;

constexpr double kRidge = 1e-4;  // of the mean diagonal
constexpr int kRank = 256;

std::vector<Matrix> FramesOf(const std::vector<FitSequence>& data) {
  std::vector<Matrix> frames;
  for (const FitSequence& sequence : data) frames.push_back(sequence.frames);
  return frames;
}

}  // namespace

LinearDecoder FitDecoder(const Codebooks& codebooks, const FrameFilter& filter,
                         const std::vector<FitSequence>& data) {
  std::vector<Matrix> latents;
  for (const FitSequence& sequence : data) latents.push_back(Latents(codebooks, sequence));
  const Matrix gram = WindowGram(latents, [&](int lag) -> Matrix {
    // Σ z(t) z(t + lag)' is the transpose of Σ z(t + lag) z(t)'.
    return LatentTimes(codebooks, data, latents, lag).transpose();
  });
  const std::vector<Matrix> frames = FramesOf(data);
  Matrix products(kTaps * kLatentWidth, kFrameSamples);
  for (int tap = 0; tap < kTaps; ++tap) {
    products.middleRows(tap * kLatentWidth, kLatentWidth) =
        LatentTimes(codebooks, data, frames, tap - kReach);
  }
  const Matrix filtered = SolveRidge(gram, products, kRidge) * filter.filter;
  // The directions in which the fitted, filtered frames vary most.
  const Matrix spread = filtered.transpose() * (gram * filtered);
  const Matrix directions = LargestEigenvectors(spread, kRank).vectors;  // [640, 256]
  return {filtered * directions, directions.transpose() * filter.inverse};
}

LinearEncoder FitEncoder(const Codebooks& codebooks, const FrameFilter& filter,
                         const std::vector<FitSequence>& data) {
  Matrix covariance = Matrix::Zero(kFrameSamples, kFrameSamples);
  for (const FitSequence& sequence : data) {
    covariance.noalias() += sequence.frames.transpose() * sequence.frames;
  }
  const Matrix directions =
      LargestEigenvectors(filter.filter * covariance * filter.filter, kRank).vectors;
  LinearEncoder encoder;
  encoder.from_frame = filter.filter * directions;

  std::vector<Matrix> coefficients;
  for (const FitSequence& sequence : data) {
    coefficients.push_back(sequence.frames * encoder.from_frame);
  }
  const Matrix gram = WindowGram(coefficients, [&](int lag) {
    Matrix sum = Matrix::Zero(kRank, kRank);
    for (const Matrix& one : coefficients) {
      const Eigen::Index count = one.rows() - lag;
      if (count <= 0) continue;
      sum.noalias() += one.topRows(count).transpose() * one.bottomRows(count);
    }
    return sum;
  });
  Matrix products(kTaps * kRank, kLatentWidth);
  for (int tap = 0; tap < kTaps; ++tap) {
    // Σ a(t + tap - 3) z(t)' is the transpose of Σ z(t' + 3 - tap) a(t')'.
    products.middleRows(tap * kRank, kRank) =
        LatentTimes(codebooks, data, coefficients, kReach - tap).transpose();
  }
  encoder.to_latent = SolveRidge(gram, products, kRidge);
  return encoder;
}

}  // namespace musicgen::train
