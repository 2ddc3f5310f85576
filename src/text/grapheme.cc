#include "text/grapheme.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "text/utf8.h"

namespace musicgen::text {
namespace {

// Numbered as in scripts/make_grapheme_table.py.
enum class Break : uint8_t {
  kOther,
  kCr,
  kLf,
  kControl,
  kExtend,
  kZwj,
  kRegionalIndicator,
  kPrepend,
  kSpacingMark,
  kL,
  kV,
  kT,
  kLv,
  kLvt,
};
enum class Conjunct : uint8_t { kNone, kConsonant, kExtend, kLinker };

struct Properties {
  Break grapheme_break = Break::kOther;
  Conjunct conjunct = Conjunct::kNone;
  bool pictographic = false;
};

struct PropertyRange {
  uint32_t first;
  uint32_t last;
  uint8_t value;
};
constexpr PropertyRange kTable[] = {
#include "text/grapheme_table.inc"
};

Properties PropertiesOf(uint32_t c) {
  constexpr uint32_t kFirstSyllable = 0xac00, kLastSyllable = 0xd7a3, kSyllablesPerLv = 28;
  if (c >= kFirstSyllable && c <= kLastSyllable) {
    return {(c - kFirstSyllable) % kSyllablesPerLv == 0 ? Break::kLv : Break::kLvt};
  }
  const PropertyRange* range =
      std::lower_bound(std::begin(kTable), std::end(kTable), c,
                       [](const PropertyRange& r, uint32_t value) { return r.last < value; });
  if (range == std::end(kTable) || c < range->first) return {};
  return {static_cast<Break>(range->value & 15), static_cast<Conjunct>(range->value >> 4 & 3),
          (range->value & 64) != 0};
}

bool IsControl(Break b) { return b == Break::kControl || b == Break::kCr || b == Break::kLf; }

// What the rules want to know of a cluster's code points so far.
struct Cluster {
  Properties last;
  int regional_indicators = 0;    // at its end
  bool emoji = false;             // Extended_Pictographic Extend* at its end, and …
  bool emoji_zwj = false;         // … a joiner after it
  bool consonant = false;         // consonant [Extend Linker]* at its end, …
  bool consonant_linked = false;  // … a linker among them

  void Add(const Properties& next) {
    emoji_zwj = emoji && next.grapheme_break == Break::kZwj;
    emoji = next.pictographic || (emoji && next.grapheme_break == Break::kExtend);
    regional_indicators =
        next.grapheme_break == Break::kRegionalIndicator ? regional_indicators + 1 : 0;
    if (next.conjunct == Conjunct::kConsonant || next.conjunct == Conjunct::kNone) {
      consonant = next.conjunct == Conjunct::kConsonant;
      consonant_linked = false;
    } else if (next.conjunct == Conjunct::kLinker) {
      consonant_linked = consonant;
    }
    last = next;
  }

  // Rules GB3 to GB999 of the annex.
  bool BreaksBefore(const Properties& next) const {
    const Break a = last.grapheme_break;
    const Break b = next.grapheme_break;
    if (a == Break::kCr && b == Break::kLf) return false;
    if (IsControl(a) || IsControl(b)) return true;
    if (a == Break::kL &&
        (b == Break::kL || b == Break::kV || b == Break::kLv || b == Break::kLvt)) {
      return false;
    }
    if ((a == Break::kLv || a == Break::kV) && (b == Break::kV || b == Break::kT)) return false;
    if ((a == Break::kLvt || a == Break::kT) && b == Break::kT) return false;
    if (b == Break::kExtend || b == Break::kZwj || b == Break::kSpacingMark) return false;
    if (a == Break::kPrepend) return false;
    if (consonant_linked && next.conjunct == Conjunct::kConsonant) return false;
    if (emoji_zwj && next.pictographic) return false;
    if (b == Break::kRegionalIndicator && regional_indicators % 2 == 1) return false;
    return true;
  }
};

}  // namespace

size_t GraphemeEnd(std::string_view text, size_t begin) {
  CodePoint point = CodePointAt(text, begin);
  Cluster cluster;
  cluster.Add(PropertiesOf(point.value));
  size_t end = begin + point.bytes;
  while (end < text.size()) {
    point = CodePointAt(text, end);
    const Properties next = PropertiesOf(point.value);
    if (cluster.BreaksBefore(next)) break;
    cluster.Add(next);
    end += point.bytes;
  }
  return end;
}

}  // namespace musicgen::text
