#include "generate/piece.h"

#include <algorithm>

#include "base/check.h"

namespace musicgen::generate {
namespace {

// Copies the columns of `from`, the first of them column `begin` of `to`.
void CopyColumns(const Codes& from, int64_t begin, Codes* to) {
  for (int64_t k = 0; k < from.codebooks; ++k) {
    for (int64_t t = 0; t < from.frames; ++t) to->at(k, begin + t) = from.at(k, t);
  }
}

}  // namespace

Piece::Piece(const Codes& prompt, int64_t total, int64_t window, int64_t stride)
    : codes_(prompt.codebooks, total), window_(window), stride_(stride), known_(prompt.frames) {
  MG_CHECK_LT(prompt.frames, total);
  MG_CHECK(0 < stride && stride < window);
  CopyColumns(prompt, 0, &codes_);
  Advance();
}

// A prompt that fills a window leaves nothing to generate there.
void Piece::Advance() {
  while (!done() && known_ - first_frame_ >= window_) first_frame_ += stride_;
}

int64_t Piece::window_frames() const { return std::min(codes_.frames - first_frame_, window_); }

Codes Piece::window_prompt() const {
  Codes prompt(codes_.codebooks, known_ - first_frame_);
  for (int64_t k = 0; k < prompt.codebooks; ++k) {
    for (int64_t t = 0; t < prompt.frames; ++t) prompt.at(k, t) = codes_.at(k, first_frame_ + t);
  }
  return prompt;
}

void Piece::Finish(const Codes& window) {
  MG_CHECK_EQ(window.frames, window_frames());
  CopyColumns(window, first_frame_, &codes_);
  known_ = first_frame_ + window.frames;
  Advance();
}

}  // namespace musicgen::generate
