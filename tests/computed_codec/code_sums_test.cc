#include "train/computed_codec/code_sums.h"

#include <gtest/gtest.h>

#include "compose/synthetic_tables.h"

namespace musicgen::train {
namespace {

using Eigen::Index;

// Against the sums as they are written, window by window.
class CodeSumsTest : public testing::Test {
 protected:
  CodeSumsTest() {
    int column = 0;
    for (auto& book : codebooks_.books) {
      book.embed = Matrix::Random(40, kLatentWidth / 4);
      book.embed.row(0).setZero();
      book.first_column = column;
      column += kLatentWidth / 4;
    }
    for (const int frames : {5, 12, 2}) {
      FitSequence sequence;
      for (int t = 0; t < frames; ++t) {
        sequence.codes.push_back({});
        for (auto& code : sequence.codes.back())
          code = static_cast<int16_t>(draw_ = draw_ * 7 % 37);
      }
      sequence.frames = Matrix::Random(frames, 10);
      data_.push_back(sequence);
      latents_.push_back(Latents(codebooks_, data_.back()));
      targets_.push_back(data_.back().frames);
    }
  }

  // The windows of every frame [frames, 7 · 256].
  Matrix Windows(const Matrix& vectors) const {
    Matrix windows = Matrix::Zero(vectors.rows(), kTaps * vectors.cols());
    for (Index t = 0; t < vectors.rows(); ++t) {
      for (Index tap = 0; tap < kTaps; ++tap) {
        const Index from = t + tap - kReach;
        if (from < 0 || from >= vectors.rows()) continue;
        windows.block(t, tap * vectors.cols(), 1, vectors.cols()) = vectors.row(from);
      }
    }
    return windows;
  }

  int draw_ = 5;
  Codebooks codebooks_;
  std::vector<FitSequence> data_;
  std::vector<Matrix> latents_, targets_;
};

TEST_F(CodeSumsTest, LatentTimesIsTheSumOverFrames) {
  for (int tap = 0; tap < kTaps; ++tap) {
    Matrix expected = Matrix::Zero(kLatentWidth, 10);
    for (size_t s = 0; s < data_.size(); ++s) {
      expected += Windows(latents_[s]).middleCols(tap * kLatentWidth, kLatentWidth).transpose() *
                  targets_[s];
    }
    EXPECT_TRUE(LatentTimes(codebooks_, data_, targets_, tap - kReach).isApprox(expected, 1e-4f));
  }
}

TEST_F(CodeSumsTest, WindowGramIsTheGramOfTheWindows) {
  Matrix expected = Matrix::Zero(kTaps * kLatentWidth, kTaps * kLatentWidth);
  for (const Matrix& latents : latents_) {
    const Matrix windows = Windows(latents);
    expected += windows.transpose() * windows;
  }
  const Matrix gram = WindowGram(latents_, [&](int lag) -> Matrix {
    return LatentTimes(codebooks_, data_, latents_, lag).transpose();
  });
  EXPECT_TRUE(gram.isApprox(expected, 1e-4f));
}

}  // namespace
}  // namespace musicgen::train
