// The unigram language model of SentencePiece (Kudo 2018): a word is cut into the pieces whose
// log-probabilities have the largest sum.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/token_ids.h"

namespace musicgen::text {

struct Piece {
  std::string text;
  double score = 0;  // log-probability
};

class Unigram {
 public:
  // Piece i has id i; unknown_id must be one of them. Of equal texts the last counts.
  Unigram(const std::vector<Piece>& pieces, int32_t unknown_id);

  // Appends the ids of `word` (valid UTF-8). A character that no piece covers alone scores 10 below
  // the lowest piece; unknowns in a row become one id. Sums are double precision, in order, and of
  // equal sums the one found first stays, as in the Hugging Face tokenizers: repetitive words
  // ("hahaha") hang on it.
  void Encode(std::string_view word, TokenIds* ids) const;

 private:
  struct Entry {
    std::string text;
    double score;
    int32_t id;
  };
  std::vector<Entry> entries_;  // sorted by text, all different, none empty
  int32_t unknown_id_;
  double unknown_score_;
};

}  // namespace musicgen::text
