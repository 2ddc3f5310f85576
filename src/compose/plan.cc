#include "compose/plan.h"

#include <algorithm>
#include <vector>

#include "compose/draws.h"
#include "compose/style.h"

namespace musicgen::compose {
namespace {

using Progression = std::array<int, kLoopBars>;  // scale steps from 0

// Each begins on the tonic and keeps to major and minor triads of the scale.
constexpr std::array<Progression, 5> kMajorProgressions = {
    {{0, 4, 5, 3}, {0, 5, 3, 4}, {0, 3, 4, 0}, {0, 3, 0, 4}, {0, 5, 1, 4}}};
constexpr std::array<Progression, 4> kMinorProgressions = {
    {{0, 5, 3, 4}, {0, 3, 4, 0}, {0, 6, 5, 4}, {0, 5, 6, 0}}};

// How often a song keeps to what is typical of its style, in percent.
constexpr int kTypicalTempo = 65, kTypicalInstrument = 75, kTypicalLead = 70, kFill = 50;

// One of the typical choices that the palette has, or any of the palette.
int Choose(const std::vector<int>& typical, const std::vector<int>& all, int typical_percent,
           Draws* draws) {
  std::vector<int> at_hand;
  std::copy_if(typical.begin(), typical.end(), std::back_inserter(at_hand),
               [&](int choice) { return std::find(all.begin(), all.end(), choice) != all.end(); });
  const bool keep = draws->Percent(typical_percent);
  return draws->Of(keep && !at_hand.empty() ? at_hand : all);
}

}  // namespace

SongPlan DrawPlan(Palette palette, uint64_t seed, uint64_t counter) {
  Draws draws(seed, counter, DrawStream::kSong);
  const PaletteParts& all = PartsOf(palette);
  SongPlan plan;
  SongAttributes& song = plan.attributes;
  song.style = draws.Of(all.styles);
  const StyleParts& typical = PartsOf(song.style);
  song.beats_per_bar = typical.beats_per_bar;
  song.beat_frames = Choose(typical.beat_frames, all.beat_frames, kTypicalTempo, &draws);
  const Key key = draws.Of(all.keys);
  song.tonic = key.tonic;
  song.minor = key.minor;
  song.kit = Choose(typical.kits, all.kits, kTypicalInstrument, &draws);
  song.bass = Choose(typical.basses, all.basses, kTypicalInstrument, &draws);
  song.chords = Choose(typical.chords, all.chords, kTypicalInstrument, &draws);
  song.lead = Choose(typical.leads, all.leads, kTypicalLead, &draws);
  song.drums = draws.Percent(typical.drums_percent);
  song.mood = MoodOf(song.minor, song.beat_frames);
  plan.drum_pattern = draws.Below(static_cast<int>(typical.drums.size()));
  plan.bass_pattern = draws.Below(static_cast<int>(typical.bass.size()));
  plan.chord_rhythm = draws.Below(static_cast<int>(typical.chord_rhythms.size()));
  plan.fill = draws.Percent(kFill);
  plan.progression = song.minor ? draws.Of(kMinorProgressions) : draws.Of(kMajorProgressions);
  for (Motif& motif : plan.motifs) {
    motif.rhythm = draws.Of(typical.melody_rhythms);
    motif.contour = draws.Below(kContours);
  }
  return plan;
}

}  // namespace musicgen::compose
