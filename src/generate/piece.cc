#include "generate/piece.h"

#include <algorithm>

#include "base/check.h"

namespace musicgen::generate {

Piece::Piece(const Codes& prompt, std::optional<int64_t> total, int64_t window, int64_t stride)
    : total_(total), window_(window), stride_(stride), codes_(prompt) {
  if (total_) MG_CHECK_LT(prompt.frames, *total_);
  MG_CHECK(0 < stride && stride < window);
  Advance();
}

// A prompt that fills a window leaves nothing to generate there.
void Piece::Advance() {
  while (!done() && known() - first_frame_ >= window_) first_frame_ += stride_;
  if (total_ || first_frame_ <= begin_) return;
  codes_ = Known(first_frame_, known());
  begin_ = first_frame_;
}

int64_t Piece::window_frames() const {
  return total_ ? std::min(*total_ - first_frame_, window_) : window_;
}

Codes Piece::window_prompt() const { return Known(first_frame_, known()); }

std::optional<int64_t> Piece::next_first_frame() const {
  const int64_t end = first_frame_ + window_frames();
  if (total_ && end == *total_) return std::nullopt;
  int64_t next = first_frame_;
  while (end - next >= window_) next += stride_;
  return next;
}

Codes Piece::Known(int64_t begin, int64_t end) const {
  return codes_.Columns(begin - begin_, end - begin_);
}

Piece Piece::Plan() const {
  Piece plan = *this;
  plan.codes_ = Codes(0, codes_.frames);
  return plan;
}

void Piece::Finish(const Codes& window) {
  MG_CHECK_EQ(window.frames, window_frames());
  codes_.Append(window.Columns(known() - first_frame_, window.frames));
  Advance();
}

}  // namespace musicgen::generate
