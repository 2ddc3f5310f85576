#include "compose/code_measures.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "compose/scale.h"
#include "compose/sixteenths.h"

namespace musicgen::compose {
namespace {

// The meaning of a code, null where the palette has none.
const CodeMeaning* MeaningAt(const Vocabulary& vocabulary, const Codes& codes, int book,
                             int64_t frame) {
  const int code = codes.at(book, frame);
  return 0 <= code && code < vocabulary.used(book) ? &vocabulary.meaning(book, code) : nullptr;
}

// Calls use(book, frame, meaning) for every sound that begins.
template <class Use>
void ForEachOnset(const Vocabulary& vocabulary, const Codes& codes, const Use& use) {
  MG_CHECK_EQ(codes.codebooks, int64_t{kBooks});
  for (int book = 0; book < kBooks; ++book) {
    for (int64_t t = 0; t < codes.frames; ++t) {
      const CodeMeaning* meaning = MeaningAt(vocabulary, codes, book, t);
      if (meaning != nullptr && meaning->instrument >= 0 && meaning->age == 0) {
        use(book, t, *meaning);
      }
    }
  }
}

bool InKey(int book, const CodeMeaning& meaning, const Key& key) {
  switch (static_cast<Book>(book)) {
    case Book::kBass:
      return InScale(key, kFirstBassPitch + meaning.pitch);
    case Book::kLead:
      return InScale(key, kFirstLeadPitch + meaning.pitch);
    case Book::kChords: {
      const int root = TriadRoot(meaning.pitch), third = TriadMinor(meaning.pitch) ? 3 : 4;
      return InScale(key, root) && InScale(key, root + third) && InScale(key, root + 7);
    }
    case Book::kDrums:
      break;
  }
  return true;
}

}  // namespace

double GlitchRate(const Vocabulary& vocabulary, const Codes& codes) {
  MG_CHECK_EQ(codes.codebooks, int64_t{kBooks});
  int64_t glitches = 0;
  for (int book = 0; book < kBooks; ++book) {
    int expected = 0;
    for (int64_t t = 0; t < codes.frames; ++t) {
      const CodeMeaning* meaning = MeaningAt(vocabulary, codes, book, t);
      const bool onset = meaning != nullptr && meaning->instrument >= 0 && meaning->age == 0;
      glitches += !onset && codes.at(book, t) != expected;
      expected = meaning == nullptr ? 0 : meaning->next;
    }
  }
  return static_cast<double>(glitches) /
         static_cast<double>(std::max<int64_t>(1, kBooks * codes.frames));
}

double GridShare(const Vocabulary& vocabulary, const Codes& codes) {
  std::vector<int64_t> onsets;
  ForEachOnset(vocabulary, codes,
               [&](int, int64_t frame, const CodeMeaning&) { onsets.push_back(frame); });
  if (onsets.empty()) return 1.0;
  int64_t most = 0;
  for (const int beat_frames : PartsOf(Palette::kFull).beat_frames) {
    for (const bool swing : {false, true}) {
      const std::array<int, kSixteenths> grid = SixteenthFrames(beat_frames, swing);
      for (int first = 0; first < beat_frames; ++first) {
        const int64_t on = std::count_if(onsets.begin(), onsets.end(), [&](int64_t frame) {
          const auto at = static_cast<int>((frame + beat_frames - first) % beat_frames);
          return std::find(grid.begin(), grid.end(), at) != grid.end();
        });
        most = std::max(most, on);
      }
    }
  }
  return static_cast<double>(most) / static_cast<double>(onsets.size());
}

double ScaleShare(const Vocabulary& vocabulary, const Codes& codes, const Key& key) {
  int64_t notes = 0, right = 0;
  ForEachOnset(vocabulary, codes, [&](int book, int64_t, const CodeMeaning& meaning) {
    if (book == static_cast<int>(Book::kDrums)) return;
    ++notes;
    right += InKey(book, meaning, key);
  });
  return notes == 0 ? 1.0 : static_cast<double>(right) / static_cast<double>(notes);
}

}  // namespace musicgen::compose
