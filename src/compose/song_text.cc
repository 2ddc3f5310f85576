#include "compose/song_text.h"

#include "base/error.h"
#include "compose/caption.h"
#include "compose/phrases.h"

namespace musicgen::compose {

ClipText SongText(const SongAttributes& attributes, uint64_t seed, uint64_t counter) {
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
  return text;
}

}  // namespace musicgen::compose
