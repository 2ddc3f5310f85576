// One request on its way through the language model: a single window, or for pieces longer than the
// model's, windows that overlap (AudioCraft: MusicGen._generate_tokens, extend_stride).
#pragma once

#include <cstdint>

#include "types/codes.h"

namespace musicgen::generate {

class Piece {
 public:
  // `total` frames, those of the prompt [K, P] included, P < total. A window has at most `window`
  // frames; the next begins `stride` < window frames later and is prompted with what the last one
  // holds from there on.
  Piece(const Codes& prompt, int64_t total, int64_t window, int64_t stride);

  bool done() const { return known_ == codes_.frames; }

  // The window to be generated next; only while not done.
  int64_t first_frame() const { return first_frame_; }
  int64_t window_frames() const;
  Codes window_prompt() const;

  // The window's codes [K, window_frames()].
  void Finish(const Codes& window);

  // [K, total], of which the first known() frames are final.
  const Codes& codes() const { return codes_; }
  int64_t known() const { return known_; }

 private:
  void Advance();

  Codes codes_;
  int64_t window_;
  int64_t stride_;
  int64_t first_frame_ = 0;
  int64_t known_;
};

}  // namespace musicgen::generate
