#include "lora/module_pattern.h"

#include <cctype>
#include <optional>
#include <vector>

namespace musicgen::lora {
namespace {

struct Piece {
  enum class Kind { kLetter, kAnyLetter, kAnyText };
  Kind kind;
  char letter;
};

struct Pattern {
  bool from_start = false;
  std::vector<Piece> pieces;
};

bool IsNameLetter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

std::optional<Pattern> Parse(std::string_view text) {
  Pattern pattern;
  if (text.starts_with('^')) {
    pattern.from_start = true;
    text.remove_prefix(1);
  }
  if (text.ends_with('$')) text.remove_suffix(1);
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsNameLetter(text[i])) {
      pattern.pieces.push_back({Piece::Kind::kLetter, text[i]});
    } else if (text[i] == '.' && i + 1 < text.size() && text[i + 1] == '*') {
      pattern.pieces.push_back({Piece::Kind::kAnyText, '*'});
      ++i;
    } else if (text[i] == '.') {
      pattern.pieces.push_back({Piece::Kind::kAnyLetter, '.'});
    } else if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '.') {
      pattern.pieces.push_back({Piece::Kind::kLetter, '.'});
      ++i;
    } else {
      return std::nullopt;
    }
  }
  return pattern;
}

// Whether the pieces cover all of `text`. Going back to the last text of any length suffices, so
// the time is at most the product of the lengths.
bool Covers(const std::vector<Piece>& pieces, std::string_view text) {
  size_t piece = 0, at = 0, last_any = pieces.size(), resume = 0;
  while (at < text.size()) {
    if (piece < pieces.size() && pieces[piece].kind == Piece::Kind::kAnyText) {
      last_any = piece++;
      resume = at;
    } else if (piece < pieces.size() && (pieces[piece].kind == Piece::Kind::kAnyLetter ||
                                         pieces[piece].letter == text[at])) {
      ++piece;
      ++at;
    } else if (last_any < pieces.size()) {
      piece = last_any + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (piece < pieces.size() && pieces[piece].kind == Piece::Kind::kAnyText) ++piece;
  return piece == pieces.size();
}

}  // namespace

bool IsKnownPattern(std::string_view pattern) { return Parse(pattern).has_value(); }

bool MatchesModule(std::string_view pattern, std::string_view module) {
  const Pattern parsed = Parse(pattern).value();
  if (Covers(parsed.pieces, module)) return true;
  if (parsed.from_start) return false;
  for (size_t dot = module.find('.'); dot != module.npos; dot = module.find('.', dot + 1)) {
    if (Covers(parsed.pieces, module.substr(dot + 1))) return true;
  }
  return false;
}

}  // namespace musicgen::lora
