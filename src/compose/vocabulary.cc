#include "compose/vocabulary.h"

#include <set>

#include "base/check.h"
#include "compose/scale.h"

namespace musicgen::compose {
namespace {

int PitchCount(Book book) {
  if (book == Book::kDrums) return kHits;
  return book == Book::kChords ? kTriads : kPitches;
}

// The pitches of the whole palette; of a restricted one those that its keys have.
std::set<int> PitchesOf(Book book, Palette palette) {
  std::set<int> pitches;
  for (int pitch = 0; pitch < PitchCount(book); ++pitch) {
    if (palette == Palette::kFull || book == Book::kDrums) pitches.insert(pitch);
  }
  for (const Key& key : PartsOf(palette).keys) {
    if (book == Book::kChords) {
      for (int step = 0; step < kScaleSteps; ++step) pitches.insert(TriadOn(key, step));
      pitches.erase(-1);
    } else {
      const int first = book == Book::kBass ? kFirstBassPitch : kFirstLeadPitch;
      for (int pitch = 0; pitch < PitchCount(book); ++pitch) {
        if (InScale(key, first + pitch)) pitches.insert(pitch);
      }
    }
  }
  return pitches;
}

}  // namespace

Ages AgesOf(Book book, int instrument) {
  switch (book) {
    case Book::kBass:
      return {24, -1};
    case Book::kChords:
      if (instrument == kPianoChords) return {24, -1};
      if (instrument == kPad) return {20, 4};
      return {20, -1};
    case Book::kDrums:
    case Book::kLead:
      return {20, -1};
  }
  return {0, -1};
}

Vocabulary::Vocabulary(Palette palette) : palette_(palette) {
  const PaletteParts& parts = PartsOf(palette);
  const std::array<const std::vector<int>*, kBooks> instruments = {&parts.kits, &parts.basses,
                                                                   &parts.chords, &parts.leads};
  for (int book = 0; book < kBooks; ++book) {
    meanings_[book].push_back({-1, -1, 0, false, 0});
    const std::set<int> pitches = PitchesOf(static_cast<Book>(book), palette);
    for (const int instrument : *instruments[book]) {
      for (const int pitch : pitches) Add(book, instrument, pitch);
    }
    MG_CHECK_LE(used(book), kCodebookSize);
  }
}

void Vocabulary::Add(int book, int instrument, int pitch) {
  const Ages ages = AgesOf(static_cast<Book>(book), instrument);
  const int first = used(book);
  for (int age = 0; age < ages.count; ++age) {
    const bool end = age + 1 == ages.count;
    const bool loops = ages.loop_from >= 0;
    const int next = !end ? first + age + 1 : loops ? first + ages.loop_from : 0;
    meanings_[book].push_back({instrument, pitch, age, end && !loops, next});
  }
  auto& by_instrument = first_[book];
  const auto row = static_cast<size_t>(instrument);
  if (by_instrument.size() <= row) by_instrument.resize(row + 1);
  if (by_instrument[row].empty()) by_instrument[row].resize(kTriads);
  by_instrument[row][static_cast<size_t>(pitch)] = first;
}

int Vocabulary::used(int book) const {
  return static_cast<int>(meanings_[static_cast<size_t>(book)].size());
}

const CodeMeaning& Vocabulary::meaning(int book, int code) const {
  MG_CHECK_LT(code, used(book));
  return meanings_[static_cast<size_t>(book)][static_cast<size_t>(code)];
}

bool Vocabulary::has(int book, int instrument, int pitch) const {
  const auto& by_instrument = first_[static_cast<size_t>(book)];
  if (instrument < 0 || static_cast<size_t>(instrument) >= by_instrument.size()) return false;
  const auto& by_pitch = by_instrument[static_cast<size_t>(instrument)];
  return pitch >= 0 && static_cast<size_t>(pitch) < by_pitch.size() &&
         by_pitch[static_cast<size_t>(pitch)] > 0;
}

int Vocabulary::code(int book, int instrument, int pitch, int age) const {
  MG_CHECK(has(book, instrument, pitch));
  MG_CHECK_LT(age, AgesOf(static_cast<Book>(book), instrument).count);
  return first_[static_cast<size_t>(book)][static_cast<size_t>(instrument)]
               [static_cast<size_t>(pitch)] +
         age;
}

}  // namespace musicgen::compose
