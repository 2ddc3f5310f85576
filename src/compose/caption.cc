#include "compose/caption.h"

#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "compose/draws.h"
#include "compose/phrases.h"

namespace musicgen::compose {
namespace {

// How often an incomplete caption has a part, in percent.
constexpr int kMood = 60, kTempoWord = 40, kStyle = 85, kNoun = 85, kLead = 75, kChords = 60,
              kDrums = 70, kBass = 30, kTempo = 60, kKey = 50, kEmpty = 10;
constexpr int kSpelled = 35;        // of empty words: one that the tokenizer has to spell
constexpr int kShuffledParts = 25;  // instruments in any order
constexpr int kLongKey = 15;        // "in the key of"

class CaptionWriter {
 public:
  CaptionWriter(const SongAttributes& song, uint64_t seed, uint64_t counter, bool complete)
      : song_(song), draws_(seed, counter, DrawStream::kCaption), complete_(complete) {}

  std::string Write() {
    const std::string head = Head();
    const std::vector<std::string> parts = Parts();
    std::string text = head;
    if (!parts.empty()) {
      if (head.empty()) {
        text = List(parts);
      } else {
        const int how = draws_.Below(4);  // mostly "with"
        text += how == 0 ? ", " : how == 1 ? " featuring " : " with ";
        text += List(parts);
      }
    }
    if (silent_drums_ != nullptr) text += StrCat(text.empty() ? "" : ", ", *silent_drums_);
    AddTempo(&text);
    AddKey(&text);
    // Nothing was kept: the style says the most.
    if (text.empty()) text = draws_.Of(StylePhrases(song_.style));
    return text;
  }

 private:
  bool Keep(int percent) { return draws_.Percent(percent) || complete_; }
  // A word that says nothing about the song.
  std::string EmptyWord() {
    if (!draws_.Percent(kSpelled)) return std::string(draws_.Of(EmptyWords()));
    std::string word(static_cast<size_t>(3 + draws_.Below(8)), ' ');
    for (char& letter : word) letter = static_cast<char>('a' + draws_.Below(26));
    return word;
  }

  // "a happy fast pop song"
  std::string Head() {
    std::vector<std::string> words;
    if (Keep(kMood)) words.emplace_back(draws_.Of(MoodPhrases(song_.mood)));
    if (Keep(kTempoWord)) words.emplace_back(draws_.Of(TempoPhrases(song_.beat_frames)));
    if (words.size() == 2 && draws_.Percent(20)) std::swap(words[0], words[1]);
    if (!complete_ && draws_.Percent(kEmpty)) words.push_back(EmptyWord());
    if (Keep(kStyle)) words.emplace_back(draws_.Of(StylePhrases(song_.style)));
    const bool noun = Keep(kNoun);
    const std::string_view which = draws_.Of(Nouns());
    if (noun) words.emplace_back(which);
    std::string text;
    for (const std::string& word : words) text += StrCat(text.empty() ? "" : " ", word);
    const bool article = draws_.Percent(60) && noun && which != "music";
    if (!complete_ && draws_.Percent(kEmpty)) return StrCat(EmptyWord(), " ", text);
    if (!article) return text;
    return (std::string_view("aeiou").find(text[0]) == std::string_view::npos ? "a " : "an ") +
           text;
  }

  // "piano", "guitar chords", "drums"
  std::vector<std::string> Parts() {
    std::vector<std::string> parts;
    if (Keep(kLead)) parts.emplace_back(draws_.Of(LeadPhrases(song_.lead)));
    if (Keep(kChords)) parts.emplace_back(draws_.Of(ChordPhrases(song_.chords)));
    const bool bass_last = draws_.Percent(50);
    const bool bass = Keep(kBass);
    const std::string_view bass_words = draws_.Of(BassPhrases(song_.bass));
    if (bass && !bass_last) parts.emplace_back(bass_words);
    const bool drums = Keep(kDrums);
    const std::string_view& silence = draws_.Of(NoDrumPhrases());
    const std::string_view drum_words = draws_.Of(DrumPhrases(song_.kit));
    if (drums && song_.drums) parts.emplace_back(drum_words);
    if (drums && !song_.drums) silent_drums_ = &silence;
    if (bass && bass_last) parts.emplace_back(bass_words);
    if (!complete_ && draws_.Percent(kEmpty)) parts.push_back(EmptyWord());
    if (draws_.Percent(kShuffledParts)) {
      for (size_t i = parts.size(); i > 1; --i) {
        std::swap(parts[i - 1], parts[static_cast<size_t>(draws_.Below(static_cast<int>(i)))]);
      }
    }
    // "with piano and no drums"
    if (silent_drums_ != nullptr && *silent_drums_ == "no drums" && !parts.empty() &&
        draws_.Percent(50)) {
      parts.emplace_back(*silent_drums_);
      silent_drums_ = nullptr;
    }
    return parts;
  }

  std::string List(const std::vector<std::string>& parts) {
    std::string text;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
      text += parts[i];
    }
    return text;
  }

  // The number may be one that the tempo is nearest to: every number leads to a tempo so.
  int StatedTempo() {
    const int exact = BeatsPerMinute(song_.beat_frames);
    const int how = draws_.Below(100);
    const int by_1_5_percent = exact * 15 / 1000;
    const int offset = draws_.Below(2 * by_1_5_percent + 1) - by_1_5_percent;
    std::vector<int> nearest;
    for (int bpm = kSlowestBpm; bpm <= kFastestBpm; ++bpm) {
      int best = 0;
      for (const int frames : PartsOf(Palette::kFull).beat_frames) {
        const int tempo = BeatsPerMinute(frames);
        if (best == 0 || std::abs(tempo - bpm) < std::abs(best - bpm)) best = tempo;
      }
      if (best == exact) nearest.push_back(bpm);
    }
    const int near = nearest.empty() ? exact : draws_.Of(nearest);
    if (complete_ || how < 50) return exact;
    return how < 85 ? exact + offset : near;
  }

  void AddTempo(std::string* text) {
    const bool keep = Keep(kTempo);
    const bool at = draws_.Percent(70);
    const int bpm = StatedTempo();
    if (!keep) return;
    if (!text->empty()) *text += at ? " at " : ", ";
    *text += StrCat(bpm, " bpm");
  }

  void AddKey(std::string* text) {
    const bool keep = Keep(kKey);
    const bool long_form = draws_.Percent(kLongKey);
    if (!keep) return;
    if (!text->empty()) *text += ' ';
    *text += StrCat(long_form ? "in the key of " : "in ", KeyPhrase({song_.tonic, song_.minor}));
  }

  const SongAttributes& song_;
  Draws draws_;
  bool complete_;
  const std::string_view* silent_drums_ = nullptr;
};

}  // namespace

std::string Caption(const SongAttributes& attributes, uint64_t seed, uint64_t counter,
                    bool complete) {
  return CaptionWriter(attributes, seed, counter, complete).Write();
}

}  // namespace musicgen::compose
