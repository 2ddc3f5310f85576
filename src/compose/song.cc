#include "compose/song.h"

#include <string>
#include <string_view>

#include "base/check.h"
#include "compose/plan.h"
#include "compose/scale.h"
#include "compose/sixteenths.h"
#include "compose/style.h"

namespace musicgen::compose {
namespace {

class Arrangement {
 public:
  Arrangement(const Vocabulary& vocabulary, const SongPlan& plan)
      : vocabulary_(vocabulary),
        plan_(plan),
        song_(plan.attributes),
        style_(PartsOf(song_.style)),
        key_{song_.tonic, song_.minor},
        drums_(style_.drums[static_cast<size_t>(plan.drum_pattern)]),
        last_drums_(drums_) {
    if (plan.fill) {
      last_drums_.replace(last_drums_.size() - style_.fill.size(), std::string::npos, style_.fill);
    }
  }

  // The codes of the sounds that begin at a sixteenth of a bar; 0 where none does.
  std::array<int, kBooks> OnsetsAt(int bar, int sixteenth) const {
    const auto at = static_cast<size_t>(sixteenth);
    const int chord_step = plan_.progression[static_cast<size_t>(bar % kLoopBars)];
    std::array<int, kBooks> codes{};
    if (song_.drums) codes[0] = DrumAt(bar, at);
    const char bass = style_.bass[static_cast<size_t>(plan_.bass_pattern)][at];
    if (bass != '.') codes[1] = Code(Book::kBass, song_.bass, BassPitch(chord_step, bass - '1'));
    if (style_.chord_rhythms[static_cast<size_t>(plan_.chord_rhythm)][at] != '.') {
      codes[2] = Code(Book::kChords, song_.chords, TriadOn(key_, chord_step));
    }
    const Motif& motif = plan_.motifs[static_cast<size_t>(bar % 2)];
    const std::string_view rhythm = MelodyRhythm(motif.rhythm, song_.beats_per_bar);
    if (rhythm[at] != '.') {
      int note = 0;
      for (size_t i = 0; i < at; ++i) note += rhythm[i] != '.';
      codes[3] = Code(Book::kLead, song_.lead,
                      MelodyPitch(motif, note, key_, chord_step) - kFirstLeadPitch);
    }
    return codes;
  }

 private:
  int Code(Book book, int instrument, int pitch) const {
    return vocabulary_.code(static_cast<int>(book), instrument, pitch, 0);
  }

  int DrumAt(int bar, size_t at) const {
    const bool after_fill = plan_.fill && bar > 0 && bar % kLoopBars == 0;
    if (at == 0 && after_fill && style_.crash) return Code(Book::kDrums, song_.kit, kC);
    const char letter = (bar % kLoopBars == kLoopBars - 1 ? last_drums_ : drums_)[at];
    return letter == '.' ? 0 : Code(Book::kDrums, song_.kit, HitOf(letter));
  }

  int BassPitch(int chord_step, int step) const {
    const int root = StepSemitones(key_.minor, chord_step);
    const int pitch = FoldUp(key_.tonic + root, kFirstBassPitch) - kFirstBassPitch +
                      StepSemitones(key_.minor, chord_step + step) - root;
    return pitch < kPitches ? pitch : pitch - 12;
  }

  const Vocabulary& vocabulary_;
  const SongPlan& plan_;
  const SongAttributes& song_;
  const StyleParts& style_;
  Key key_;
  std::string drums_, last_drums_;
};

}  // namespace

Song Compose(const Vocabulary& vocabulary, uint64_t seed, uint64_t counter, int frame_count) {
  MG_CHECK_LE(0, frame_count);
  const SongPlan plan = DrawPlan(vocabulary.palette(), seed, counter);
  const Arrangement arrangement(vocabulary, plan);
  const SongAttributes& attributes = plan.attributes;
  const auto sixteenth_frames =
      SixteenthFrames(attributes.beat_frames, PartsOf(attributes.style).swing);

  Song song{attributes, {}, {}};
  song.frames.resize(static_cast<size_t>(frame_count));
  song.on_grid.resize(static_cast<size_t>(frame_count));
  const auto onset_at = [&](int beat, int i) {
    return beat * attributes.beat_frames + sixteenth_frames[static_cast<size_t>(i)];
  };
  std::array<int, kBooks> codes{};
  int beat = 0, i = 0;
  for (int frame = 0; frame < frame_count; ++frame) {
    for (int book = 0; book < kBooks; ++book) {
      codes[static_cast<size_t>(book)] =
          vocabulary.meaning(book, codes[static_cast<size_t>(book)]).next;
    }
    if (frame == onset_at(beat, i)) {
      song.on_grid[static_cast<size_t>(frame)] = 1;
      const auto onsets = arrangement.OnsetsAt(beat / attributes.beats_per_bar,
                                               beat % attributes.beats_per_bar * kSixteenths + i);
      for (size_t book = 0; book < kBooks; ++book) {
        if (onsets[book] > 0) codes[book] = onsets[book];
      }
      i = (i + 1) % kSixteenths;
      beat += i == 0;
    }
    for (size_t book = 0; book < kBooks; ++book) {
      song.frames[static_cast<size_t>(frame)][book] = static_cast<int16_t>(codes[book]);
    }
  }
  return song;
}

}  // namespace musicgen::compose
