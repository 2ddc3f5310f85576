// One request on its way through the language model: a single window, or for pieces longer than the
// model's, windows that overlap (AudioCraft: MusicGen._generate_tokens, extend_stride).
#pragma once

#include <cstdint>
#include <optional>

#include "types/codes.h"

namespace musicgen::generate {

class Piece {
 public:
  // `total` frames, those of the prompt [K, P] included, P < total; or without end. A window has at
  // most `window` frames; the next begins `stride` < window frames later and is prompted with what
  // the last one holds from there on.
  Piece(const Codes& prompt, std::optional<int64_t> total, int64_t window, int64_t stride);

  bool ends() const { return total_.has_value(); }
  bool done() const { return total_ && known() == *total_; }

  // The window to be generated next; only while not done.
  int64_t first_frame() const { return first_frame_; }
  int64_t window_frames() const;
  Codes window_prompt() const;
  // Where the window after that will begin; nothing when that is the last one.
  std::optional<int64_t> next_first_frame() const;

  // The window's codes [K, window_frames()].
  void Finish(const Codes& window);

  // Frames of which every code is known.
  int64_t known() const { return begin_ + codes_.frames; }
  // The same windows, holding no codes: to count them.
  Piece Plan() const;
  // Frames [begin, end) of those known. A piece without end forgets what lies before its window.
  Codes Known(int64_t begin, int64_t end) const;
  // All that is known, [K, total] when done; of a piece without end what it has not forgotten.
  const Codes& codes() const { return codes_; }

 private:
  void Advance();

  std::optional<int64_t> total_;
  int64_t window_;
  int64_t stride_;
  int64_t first_frame_ = 0;
  int64_t begin_ = 0;  // of codes_
  Codes codes_;
};

}  // namespace musicgen::generate
