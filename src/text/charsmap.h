// SentencePiece's precompiled character map (normalizer_spec.precompiled_charsmap): what each short
// character sequence is replaced by. T5's is nmt_nfkc: compatibility composition, white space to
// spaces, control characters away.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musicgen::text {

class Charsmap {
 public:
  Charsmap() = default;  // changes nothing
  // A little-endian 32-bit length, a double-array trie of that many bytes, then the replacements as
  // NUL-terminated UTF-8. Empty `bytes` change nothing. Throws Error(kBadInput) naming `where`.
  Charsmap(std::string_view bytes, const std::string& where);

  // `text` must be valid UTF-8; so is the result. Works like the Hugging Face tokenizers, quirks
  // included: a grapheme cluster of less than six bytes is replaced as a whole by what the shortest
  // matching beginning of it maps to (the rest of the cluster is lost); otherwise every code point
  // is replaced by itself. (SentencePiece itself takes the longest match anywhere.)
  std::string Normalize(std::string_view text) const;

 private:
  std::optional<std::string_view> Replacement(std::string_view chunk) const;

  std::vector<uint32_t> trie_;
  std::string replacements_;
};

}  // namespace musicgen::text
