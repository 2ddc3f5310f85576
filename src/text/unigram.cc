#include "text/unigram.h"

#include <algorithm>
#include <limits>

#include "text/utf8.h"

namespace musicgen::text {
namespace {

constexpr double kUnknownPenalty = 10;

// The best way to a place in the word.
struct Node {
  double score = 0;
  int32_t id = 0;
  int64_t begin = -1;  // of its last piece; −1: no way yet

  void Offer(double other_score, int32_t other_id, size_t other_begin) {
    if (begin >= 0 && !(other_score > score)) return;
    score = other_score;
    id = other_id;
    begin = static_cast<int64_t>(other_begin);
  }
};

}  // namespace

Unigram::Unigram(const std::vector<Piece>& pieces, int32_t unknown_id) : unknown_id_(unknown_id) {
  double lowest = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < pieces.size(); ++i) {
    lowest = std::min(lowest, pieces[i].score);
    if (!pieces[i].text.empty()) {
      entries_.push_back({pieces[i].text, pieces[i].score, static_cast<int32_t>(i)});
    }
  }
  unknown_score_ = lowest - kUnknownPenalty;
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.text != b.text ? a.text < b.text : a.id > b.id;
  });
  entries_.erase(std::unique(entries_.begin(), entries_.end(),
                             [](const Entry& a, const Entry& b) { return a.text == b.text; }),
                 entries_.end());
}

void Unigram::Encode(std::string_view word, TokenIds* ids) const {
  std::vector<Node> best(word.size() + 1);
  for (size_t begin = 0; begin < word.size();) {
    const double so_far = best[begin].score;
    const size_t character_bytes = CodePointAt(word, begin).bytes;
    bool covered = false;
    // Pieces that begin the rest of the word: those sorted texts that agree with it so far,
    // narrowed byte by byte; the shortest of them stands first.
    auto low = entries_.begin();
    auto high = entries_.end();
    for (size_t length = 1; begin + length <= word.size(); ++length) {
      const auto byte = static_cast<unsigned char>(word[begin + length - 1]);
      const auto at = [length](const Entry& e) {
        return static_cast<unsigned char>(e.text[length - 1]);
      };
      low = std::partition_point(
          low, high, [&](const Entry& e) { return e.text.size() < length || at(e) < byte; });
      high = std::partition_point(low, high, [&](const Entry& e) { return at(e) == byte; });
      if (low == high) break;
      if (low->text.size() != length) continue;
      best[begin + length].Offer(low->score + so_far, low->id, begin);
      covered = covered || length == character_bytes;
    }
    if (!covered) {
      best[begin + character_bytes].Offer(unknown_score_ + so_far, unknown_id_, begin);
    }
    begin += character_bytes;
  }

  const auto first = static_cast<std::ptrdiff_t>(ids->size());
  for (size_t end = word.size(); end > 0; end = static_cast<size_t>(best[end].begin)) {
    const int32_t id = best[end].id;
    const bool fused = id == unknown_id_ && static_cast<std::ptrdiff_t>(ids->size()) > first &&
                       ids->back() == unknown_id_;
    if (!fused) ids->push_back(id);
  }
  std::reverse(ids->begin() + first, ids->end());
}

}  // namespace musicgen::text
