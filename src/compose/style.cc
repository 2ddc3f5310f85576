#include "compose/style.h"

#include "base/check.h"

namespace musicgen::compose {
namespace {

const std::vector<int> kAnyRhythm = {0, 1, 2, 3, 4, 5, 6, 7};

const std::array<StyleParts, kStyles>& Table() {
  static const std::array<StyleParts, kStyles> kTable = {{
      // Pop
      {.beats_per_bar = 4,
       .swing = false,
       .beat_frames = {24, 25, 26, 27, 28, 29, 30},
       .kits = {kStandardKit},
       .basses = {kBassGuitar},
       .chords = {kPianoChords, kGuitarStrum},
       .leads = {kPianoLead, kNylonGuitar, kSynthLead},
       .drums_percent = 88,
       .drums = {"h.H.s.H.h.h.s.H.", "h.H.s.HKH.h.s.O."},
       .fill = "SSS.12",
       .crash = true,
       .bass = {"1.......1.....5.", "1..1..1.1..1..5."},
       .chord_rhythms = {"x.......x.......", "x...x...x...x..."},
       .melody_rhythms = kAnyRhythm},
      // Rock
      {.beats_per_bar = 4,
       .swing = false,
       .beat_frames = {20, 21, 22, 23, 24, 25},
       .kits = {kStandardKit},
       .basses = {kBassGuitar},
       .chords = {kGuitarStrum},
       .leads = {kSynthLead, kNylonGuitar},
       .drums_percent = 88,
       .drums = {"o.O.b.O.o.o.b.O.", "h.h.s.H.H.h.s.H."},
       .fill = "SS11S122",
       .crash = true,
       .bass = {"1.1.1.1.1.1.1.1.", "1.1.1.1.5.5.1.1."},
       .chord_rhythms = {"x...x.x.x...x.x.", "x.....x...x.x..."},
       .melody_rhythms = kAnyRhythm},
      // Lofi
      {.beats_per_bar = 4,
       .swing = true,
       .beat_frames = {32, 33, 34, 35, 36, 37, 38, 39, 40},
       .kits = {k808Kit, kStandardKit},
       .basses = {kBassGuitar},
       .chords = {kElectricPiano},
       .leads = {kVibraphone, kPianoLead},
       .drums_percent = 88,
       .drums = {"h.H.x.H.H.h.x.H.", "K.H.s.H.h...s.H."},
       .fill = "X.S.",
       .crash = false,
       .bass = {"1.....5.8.......", "1.......1.....3."},
       .chord_rhythms = {"x.........x.....", "x.....x........."},
       .melody_rhythms = kAnyRhythm},
      // Techno
      {.beats_per_bar = 4,
       .swing = false,
       .beat_frames = {20, 21, 22, 23, 24, 25},
       .kits = {k808Kit},
       .basses = {kSynthBass},
       .chords = {kPad},
       .leads = {kSynthLead},
       .drums_percent = 88,
       .drums = {"K.O.b.O.K.O.b.O.", "KHOHbHOHKHOHbHOH"},
       .fill = "KSSS",
       .crash = true,
       .bass = {"..1...1...1...1.", "1.1.8.1.1.1.8.1."},
       .chord_rhythms = {"..x...x...x...x.", "x..x..x.x..x..x."},
       .melody_rhythms = kAnyRhythm},
      // Jazz
      {.beats_per_bar = 4,
       .swing = true,
       .beat_frames = {20, 21, 22, 23, 24, 25, 26, 27, 28},
       .kits = {kStandardKit},
       .basses = {kDoubleBass},
       .chords = {kElectricPiano, kPianoChords},
       .leads = {kPianoLead, kVibraphone, kFlute},
       .drums_percent = 88,
       .drums = {"r...q.R.R...q.R.", "r...R.R.r...q.R."},
       .fill = "S.1.2.S.",
       .crash = false,
       .bass = {"1...3...5...6...", "1...5...8...5..."},
       .chord_rhythms = {"x.....x.........", "....x.........x."},
       .melody_rhythms = kAnyRhythm},
      // Waltz
      {.beats_per_bar = 3,
       .swing = false,
       .beat_frames = {20, 22, 24, 26, 28, 30},
       .kits = {kStandardKit},
       .basses = {kDoubleBass},
       .chords = {kPianoChords, kGuitarStrum},
       .leads = {kFlute, kPianoLead, kNylonGuitar},
       .drums_percent = 88,
       .drums = {"h...x...x...", "K...s...s.H."},
       .fill = "S.1.2.",
       .crash = false,
       .bass = {"1...........", "1.......5..."},
       .chord_rhythms = {"....x...x..."},
       .melody_rhythms = kAnyRhythm},
      // Ambient
      {.beats_per_bar = 4,
       .swing = false,
       .beat_frames = {32, 33, 34, 35, 36, 37, 38, 39, 40},
       .kits = {k808Kit},
       .basses = {kSynthBass},
       .chords = {kPad},
       .leads = {kFlute, kVibraphone, kPianoLead},
       .drums_percent = 10,
       .drums = {"K.......X.......", "K...H...H...H..."},
       .fill = "2...",
       .crash = false,
       .bass = {"1...............", "1.......5......."},
       .chord_rhythms = {"x..............."},
       .melody_rhythms = {0, 2, 6, 7}},
  }};
  return kTable;
}

}  // namespace

const StyleParts& PartsOf(Style style) { return Table()[static_cast<size_t>(style)]; }

Hit HitOf(char letter) {
  switch (letter) {
    case 'K':
      return kK;
    case 'S':
      return kS;
    case 'H':
      return kH;
    case 'O':
      return kO;
    case 'h':
      return kKH;
    case 's':
      return kSH;
    case 'o':
      return kKO;
    case 'R':
      return kR;
    case 'r':
      return kKR;
    case 'q':
      return kSR;
    case '1':
      return kT1;
    case '2':
      return kT2;
    case 'X':
      return kX;
    case 'x':
      return kXH;
    case 'C':
      return kC;
    case 'b':
      return kKS;
    default:
      MG_CHECK(false);
  }
}

}  // namespace musicgen::compose
