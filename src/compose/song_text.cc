#include "compose/song_text.h"

#include <array>

#include "base/error.h"
#include "compose/caption.h"
#include "compose/phrases.h"

namespace musicgen::compose {

namespace {

constexpr std::array<const char*, kWrongAttributes> kWrongNames = {"tempo",  "key",   "lead",
                                                                   "chords", "style", "drums"};

}  // namespace

ClipText SongText(const SongAttributes& attributes, Palette palette, uint64_t seed,
                  uint64_t counter) {
  const auto first = [](const Phrases& phrases) { return std::string(phrases.front()); };
  ClipText text;
  text.name = StrCat("song ", counter);
  text.key = KeyPhrase({attributes.tonic, attributes.minor});
  text.bpm = BeatsPerMinute(attributes.beat_frames);
  text.genre = first(StylePhrases(attributes.style));
  text.moods = {first(MoodPhrases(attributes.mood)), first(TempoPhrases(attributes.beat_frames))};
  text.instrument = first(LeadPhrases(attributes.lead));
  text.keywords = {first(ChordPhrases(attributes.chords)), first(BassPhrases(attributes.bass)),
                   attributes.drums ? "drums" : "no drums"};
  text.description = Caption(attributes, seed, counter, true);
  text.attributes = {{"style", static_cast<int>(attributes.style)},
                     {"beats_per_bar", attributes.beats_per_bar},
                     {"beat_frames", attributes.beat_frames},
                     {"tonic", attributes.tonic},
                     {"minor", attributes.minor},
                     {"kit", attributes.kit},
                     {"bass", attributes.bass},
                     {"chords", attributes.chords},
                     {"lead", attributes.lead},
                     {"drums", attributes.drums}};
  for (int wrong = 0; wrong < kWrongAttributes; ++wrong) {
    const SongAttributes other =
        WithOneWrong(attributes, static_cast<WrongAttribute>(wrong), palette, seed, counter);
    text.wrong_descriptions.emplace_back(kWrongNames[static_cast<size_t>(wrong)],
                                         Caption(other, seed, counter, true));
  }
  return text;
}

}  // namespace musicgen::compose
