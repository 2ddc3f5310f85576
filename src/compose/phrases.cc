#include "compose/phrases.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/error.h"

namespace musicgen::compose {
namespace {

const std::array<Phrases, kMoods> kMoodPhrases = {{
    {"happy", "cheerful", "bright", "joyful", "uplifting"},
    {"calm", "peaceful", "gentle", "relaxing", "dreamy"},
    {"dark", "dramatic", "tense", "intense", "serious"},
    {"sad", "melancholic", "melancholy", "gloomy", "emotional"},
}};
const std::array<Phrases, 3> kTempoPhrases = {{
    {"fast", "quick", "upbeat", "energetic"},
    {"moderate", "medium tempo", "mid tempo"},
    {"slow", "relaxed", "chill", "laid back"},
}};
const std::array<Phrases, kStyles> kStylePhrases = {{
    {"pop"},
    {"rock"},
    {"lofi", "lofi", "lo fi", "lofi hip hop", "chillhop"},
    {"techno", "techno", "techno", "electronic", "dance", "house", "edm"},
    {"jazz", "jazz", "swing jazz", "swing"},
    {"waltz"},
    {"ambient", "ambient", "atmospheric"},
}};
const Phrases kNouns = {"song", "track", "tune", "piece", "music"};
const std::array<Phrases, kLeads> kLeadPhrases = {{
    {"piano", "piano", "piano melody", "lead piano"},
    {"flute", "flute", "flute melody"},
    {"guitar", "acoustic guitar", "nylon guitar", "classical guitar"},
    {"vibraphone", "vibes", "bells"},
    {"synth", "synth lead", "lead synth", "synthesizer", "synth melody"},
}};
const std::array<Phrases, kChordInstruments> kChordPhrases = {{
    {"piano chords"},
    {"guitar chords", "rhythm guitar", "electric guitar", "strummed guitar"},
    {"electric piano", "rhodes"},
    {"pad", "soft pad", "warm pad", "strings"},
}};
const std::array<Phrases, kBasses> kBassPhrases = {{
    {"bass guitar", "electric bass", "bass"},
    {"synth bass", "bass"},
    {"double bass", "upright bass", "bass"},
}};
const std::array<Phrases, kKits> kDrumPhrases = {{
    {"drums", "drums", "drums", "drums", "beats", "a drum beat", "percussion", "acoustic drums"},
    {"drums", "drums", "drums", "drums", "beats", "a drum beat", "percussion", "electronic drums",
     "a drum machine"},
}};
const Phrases kNoDrumPhrases = {"no drums", "without drums"};
const std::array<std::string_view, 12> kTonics = {
    "c", "c sharp", "d", "e flat", "e", "f", "f sharp", "g", "a flat", "a", "b flat", "b"};
const Phrases kGrammar = {"a",  "an",  "and", "with", "featuring", "at",   "bpm",
                          "in", "the", "key", "of",   "major",     "minor"};
const Phrases kEmptyWords = {
    // of requests
    "make", "me", "some", "please", "create", "play", "generate", "i", "want", "for", "my", "to",
    "is", "that", "this", "it", "like", "on", "by", "from", "very", "really", "good", "nice",
    "great", "beautiful", "new", "instrumental", "background", "intro", "loop", "video", "game",
    "movie", "film", "soundtrack", "theme", "radio", "party", "study", "sleep", "night", "day",
    "summer", "winter", "morning", "love", "story", "style", "sound", "vibe", "feel", "mood",
    "simple", "catchy", "cool", "fun", "deep", "loud", "big", "small", "old", "vintage", "modern",
    "classic", "80s", "90s", "epic", "cinematic", "romantic", "mysterious", "angry", "powerful",
    "hard", "heavy", "light", "groovy", "funky", "smooth", "clean", "steady", "harmony", "groove",
    "up", "down", "minute", "per", "bars", "full", "high", "low", "long", "short", "space", "ocean",
    "rain", "forest", "city", "robot", "magic", "adventure", "battle", "as", "or", "where", "plays",
    "playing", "over", "under", "into", "then",
    // of what the palette does not have
    "violin", "cello", "trumpet", "saxophone", "sax", "organ", "harp", "harpsichord", "clarinet",
    "oboe", "trombone", "brass", "horn", "choir", "voice", "vocals", "orchestra", "orchestral",
    "ukulele", "banjo", "accordion", "harmonica", "marimba", "xylophone", "congas", "bongos",
    "tambourine", "shaker", "arpeggio", "distorted", "metal", "punk", "blues", "country", "folk",
    "reggae", "funk", "soul", "disco", "trance", "dubstep", "rap", "trap", "latin", "salsa",
    "samba", "bossa", "nova", "tango", "baroque", "march", "ballad", "lullaby", "synthwave",
    "indie", "world", "celtic", "indian", "christmas", "experimental", "minimal", "instruments",
    "solo"};

void AddWords(std::string_view phrase, std::vector<std::string>* words) {
  while (!phrase.empty()) {
    const size_t end = std::min(phrase.find(' '), phrase.size());
    const std::string word(phrase.substr(0, end));
    if (std::find(words->begin(), words->end(), word) == words->end()) words->push_back(word);
    phrase.remove_prefix(std::min(end + 1, phrase.size()));
  }
}

}  // namespace

const Phrases& MoodPhrases(Mood mood) { return kMoodPhrases[static_cast<size_t>(mood)]; }

const Phrases& TempoPhrases(int beat_frames) {
  if (beat_frames <= 25) return kTempoPhrases[0];  // 120 beats per minute and more
  return kTempoPhrases[beat_frames <= 30 ? 1 : 2];
}

const Phrases& StylePhrases(Style style) { return kStylePhrases[static_cast<size_t>(style)]; }
const Phrases& Nouns() { return kNouns; }
const Phrases& LeadPhrases(int lead) { return kLeadPhrases[static_cast<size_t>(lead)]; }
const Phrases& ChordPhrases(int chords) { return kChordPhrases[static_cast<size_t>(chords)]; }
const Phrases& BassPhrases(int bass) { return kBassPhrases[static_cast<size_t>(bass)]; }
const Phrases& DrumPhrases(int kit) { return kDrumPhrases[static_cast<size_t>(kit)]; }
const Phrases& NoDrumPhrases() { return kNoDrumPhrases; }
const Phrases& EmptyWords() { return kEmptyWords; }

std::string KeyPhrase(const Key& key) {
  return StrCat(kTonics[static_cast<size_t>(key.tonic)], key.minor ? " minor" : " major");
}

std::vector<std::string> AllWords() {
  std::vector<std::string> words;
  const auto add = [&words](const Phrases& phrases) {
    for (const std::string_view phrase : phrases) AddWords(phrase, &words);
  };
  add(kGrammar);
  const auto add_each = [&add](std::span<const Phrases> lists) {
    for (const Phrases& phrases : lists) add(phrases);
  };
  add_each(kMoodPhrases);
  add_each(kTempoPhrases);
  add_each(kStylePhrases);
  add(kNouns);
  add_each(kLeadPhrases);
  add_each(kChordPhrases);
  add_each(kBassPhrases);
  add_each(kDrumPhrases);
  add(kNoDrumPhrases);
  for (const std::string_view tonic : kTonics) AddWords(tonic, &words);
  for (int bpm = kSlowestBpm; bpm <= kFastestBpm; ++bpm) words.push_back(std::to_string(bpm));
  add(kEmptyWords);
  return words;
}

}  // namespace musicgen::compose
