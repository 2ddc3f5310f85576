// The pieces of the demo's tokenizer and the characters it replaces.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace musicgen::compose {

enum class PieceKind { kNormal = 1, kUnknown = 2, kControl = 3 };  // SentencePiece's numbers

struct TokenizerPiece {
  std::string text;
  float score;
  PieceKind kind;
};

// T5's sentinels follow the pieces, <extra_id_0> last.
inline constexpr int kSentinels = 100;

// The index is the id: <pad>, </s>, <unk>, ▁, the words with ▁ in front, then single characters.
std::vector<TokenizerPiece> TokenizerPieces();

// To lower case; signs that separate to spaces, ♭ and ♯ to words.
std::vector<std::pair<std::string, std::string>> TokenizerReplacements();

}  // namespace musicgen::compose
