#include "compose/attributes.h"

#include <algorithm>
#include <vector>

#include "compose/draws.h"

namespace musicgen::compose {
namespace {

constexpr int kSlowBeatFrames = 30;  // and more: 100 beats per minute or less

// One of the values that is not `value`.
template <class T>
T Another(const std::vector<T>& values, const T& value, Draws* draws) {
  std::vector<T> others;
  std::copy_if(values.begin(), values.end(), std::back_inserter(others),
               [&](const T& other) { return !(other == value); });
  return draws->Of(others);
}

}  // namespace

Mood MoodOf(bool minor, int beat_frames) {
  const bool slow = beat_frames >= kSlowBeatFrames;
  if (minor) return slow ? Mood::kSad : Mood::kDark;
  return slow ? Mood::kCalm : Mood::kHappy;
}

int BeatsPerMinute(int beat_frames) { return (60 * kFrameRateHz + beat_frames / 2) / beat_frames; }

SongAttributes WithOneWrong(const SongAttributes& attributes, WrongAttribute wrong, Palette palette,
                            uint64_t seed, uint64_t counter) {
  const PaletteParts& parts = PartsOf(palette);
  Draws draws(seed, counter, DrawStream::kWrong);
  SongAttributes other = attributes;
  switch (wrong) {
    case WrongAttribute::kTempo:
      other.beat_frames = Another(parts.beat_frames, attributes.beat_frames, &draws);
      break;
    case WrongAttribute::kKey: {
      const Key key = Another(parts.keys, {attributes.tonic, attributes.minor}, &draws);
      other.tonic = key.tonic;
      other.minor = key.minor;
      break;
    }
    case WrongAttribute::kLead:
      other.lead = Another(parts.leads, attributes.lead, &draws);
      break;
    case WrongAttribute::kChords:
      other.chords = Another(parts.chords, attributes.chords, &draws);
      break;
    case WrongAttribute::kStyle:
      other.style = Another(parts.styles, attributes.style, &draws);
      break;
    case WrongAttribute::kDrums:
      other.drums = !attributes.drums;
      break;
  }
  other.mood = MoodOf(other.minor, other.beat_frames);
  return other;
}

SongAttributes WithOneWrong(const SongAttributes& attributes, WrongAttribute wrong, uint64_t seed,
                            uint64_t counter) {
  return WithOneWrong(attributes, wrong, Palette::kFull, seed, counter);
}

}  // namespace musicgen::compose
