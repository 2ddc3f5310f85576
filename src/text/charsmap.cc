#include "text/charsmap.h"

#include "base/error.h"
#include "text/grapheme.h"
#include "text/utf8.h"

namespace musicgen::text {
namespace {

constexpr size_t kWholeClusterBytes = 6;  // smaller clusters are looked up whole

// A unit of the double-array trie (the darts-clone layout): a node holds the label that leads to
// it, the offset to its children and whether a value hangs below it; a value unit holds the value.
bool HasValue(uint32_t unit) { return (unit >> 8 & 1) != 0; }
uint32_t ValueOf(uint32_t unit) { return unit & 0x7fffffffu; }
uint32_t LabelOf(uint32_t unit) { return unit & 0x800000ffu; }
uint32_t OffsetOf(uint32_t unit) { return (unit >> 10) << ((unit & 0x200u) >> 6); }

uint32_t LittleEndian32(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    value |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

}  // namespace

Charsmap::Charsmap(std::string_view bytes, const std::string& where) {
  if (bytes.empty()) return;
  const size_t trie_bytes = bytes.size() < 4 ? 0 : LittleEndian32(bytes, 0);
  if (trie_bytes == 0 || trie_bytes % 4 != 0 || trie_bytes > bytes.size() - 4) {
    ThrowBadInput(where, ": precompiled_charsmap: expected a trie within ", bytes.size(),
                  " bytes, found the length ", trie_bytes);
  }
  for (size_t at = 4; at < 4 + trie_bytes; at += 4) trie_.push_back(LittleEndian32(bytes, at));
  replacements_ = bytes.substr(4 + trie_bytes);
  if (ReplaceInvalidUtf8(replacements_) != replacements_) {
    ThrowBadInput(where,
                  ": precompiled_charsmap: expected replacements in UTF-8, found other bytes");
  }
}

std::optional<std::string_view> Charsmap::Replacement(std::string_view chunk) const {
  if (trie_.empty()) return std::nullopt;
  uint32_t node = OffsetOf(trie_[0]);
  for (const char c : chunk) {
    const auto label = static_cast<unsigned char>(c);
    node ^= label;
    // Label 0 leads to a value, not to a child.
    if (label == 0 || node >= trie_.size() || LabelOf(trie_[node]) != label) return std::nullopt;
    const uint32_t unit = trie_[node];
    node ^= OffsetOf(unit);
    if (!HasValue(unit)) continue;
    if (node >= trie_.size()) return std::nullopt;
    const uint32_t begin = ValueOf(trie_[node]);
    if (begin >= replacements_.size()) return std::string_view();
    // A hostile value may point into the middle of a character.
    if ((static_cast<unsigned char>(replacements_[begin]) & 0xc0) == 0x80) return std::nullopt;
    const std::string_view rest = std::string_view(replacements_).substr(begin);
    return rest.substr(0, rest.find('\0'));
  }
  return std::nullopt;
}

std::string Charsmap::Normalize(std::string_view text) const {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t end = GraphemeEnd(text, at);
    if (end - at < kWholeClusterBytes) {
      if (const auto whole = Replacement(text.substr(at, end - at))) {
        out += *whole;
        at = end;
        continue;
      }
    }
    while (at < end) {
      const std::string_view one = text.substr(at, CodePointAt(text, at).bytes);
      out += Replacement(one).value_or(one);
      at += one.size();
    }
  }
  return out;
}

}  // namespace musicgen::text
