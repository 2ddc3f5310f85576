#include "compose/pieces.h"

#include <string_view>

#include "compose/phrases.h"

namespace musicgen::compose {
namespace {

constexpr char kMark[] = "\xe2\x96\x81";  // U+2581 ▁

// Log probabilities: a word in one piece beats any way to spell it.
constexpr float kWordScore = -4, kMarkScore = -8, kCharacterScore = -10;

constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789,'";
constexpr std::string_view kSeparators = "-!.?;:\"()[]{}/|_*\t\n\r";

}  // namespace

std::vector<TokenizerPiece> TokenizerPieces() {
  std::vector<TokenizerPiece> pieces = {{"<pad>", 0, PieceKind::kControl},
                                        {"</s>", 0, PieceKind::kControl},
                                        {"<unk>", 0, PieceKind::kUnknown},
                                        {kMark, kMarkScore, PieceKind::kNormal}};
  for (const std::string& word : AllWords()) {
    pieces.push_back({kMark + word, kWordScore, PieceKind::kNormal});
  }
  for (const char c : kCharacters) {
    pieces.push_back({std::string(1, c), kCharacterScore, PieceKind::kNormal});
  }
  return pieces;
}

std::vector<std::pair<std::string, std::string>> TokenizerReplacements() {
  std::vector<std::pair<std::string, std::string>> replacements;
  for (char c = 'A'; c <= 'Z'; ++c) {
    replacements.emplace_back(std::string(1, c), std::string(1, static_cast<char>(c - 'A' + 'a')));
  }
  for (const char c : kSeparators) replacements.emplace_back(std::string(1, c), " ");
  replacements.emplace_back("&", " and ");
  replacements.emplace_back("+", " and ");
  replacements.emplace_back("#", " sharp");
  replacements.emplace_back("\xe2\x99\xaf", " sharp");  // ♯
  replacements.emplace_back("\xe2\x99\xad", " flat");   // ♭
  replacements.emplace_back("\xe2\x80\x93", " ");       // en dash
  replacements.emplace_back("\xe2\x80\x94", " ");       // em dash
  replacements.emplace_back("\xe2\x80\x99", "'");       // right quote
  replacements.emplace_back("\xc2\xa0", " ");           // no-break space
  return replacements;
}

}  // namespace musicgen::compose
