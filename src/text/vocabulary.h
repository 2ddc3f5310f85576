// All that a tokenizer's files say: pieces, character map and the tokens matched literally.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/added_tokens.h"
#include "text/unigram.h"

namespace musicgen::text {

struct Vocabulary {
  std::vector<Piece> pieces;  // the index is the id
  int32_t unknown_id = 0;
  int32_t end_id = 0;    // </s>, appended to every text
  std::string charsmap;  // see text/charsmap.h; may be empty
  std::vector<AddedToken> added_tokens;
};

// Bounds on what files may hold; published ones have 32,100 pieces of up to 48 bytes.
inline constexpr size_t kMaxPieces = 1 << 20;
inline constexpr size_t kMaxPieceBytes = 1 << 10;
inline constexpr size_t kMaxAddedTokens = 1 << 12;

// Both throw Error(kBadInput) beginning with `where`.

// The serialised ModelProto of SentencePiece (spiece.model). T5 puts `extra_ids` sentinels behind
// the pieces, <extra_id_0> last.
Vocabulary ReadSentencePieceModel(std::string_view bytes, const std::string& where,
                                  int64_t extra_ids);
// The Hugging Face form (tokenizer.json).
Vocabulary ReadTokenizerJson(std::string_view text, const std::string& where);

}  // namespace musicgen::text
