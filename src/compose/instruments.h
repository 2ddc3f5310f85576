// The sounds of the demo's four voices, and the styles and tempi they play in. A palette is a
// choice among them.
#pragma once

#include <vector>

namespace musicgen::compose {

inline constexpr int kBooks = 4;
inline constexpr int kCodebookSize = 2048;
inline constexpr int kFrameRateHz = 50;
inline constexpr int kSampleRateHz = 32000;
inline constexpr int kFrameSamples = 640;

// A voice is a codebook.
enum class Book { kDrums, kBass, kChords, kLead };

enum class Palette {
  kFull,
  kRestricted  // 3 styles, C major and A minor, 3 tempi, 3 leads, 2 chord instruments
};

enum Kit { kStandardKit, k808Kit, kKits };
enum Bass { kBassGuitar, kSynthBass, kDoubleBass, kBasses };
enum Chords { kPianoChords, kGuitarStrum, kElectricPiano, kPad, kChordInstruments };
enum Lead { kPianoLead, kFlute, kNylonGuitar, kVibraphone, kSynthLead, kLeads };

// What a kit plays at once: K kick, S snare, H closed hat, O open hat, R ride, T tom, X rim (808:
// clap), C crash.
// clang-format off
enum Hit { kK, kS, kH, kO, kKH, kSH, kKO, kR, kKR, kSR, kT1, kT2, kX, kXH, kC, kKS, kHits };
// clang-format on

inline constexpr int kFirstBassPitch = 31;  // G1; pitch 0 of the bass
inline constexpr int kFirstLeadPitch = 64;  // E4; pitch 0 of the lead
inline constexpr int kPitches = 20;         // of bass and lead: to D3 and B5
// Pitch of a chord: root (0: C) for major, 12 + root for minor.
inline constexpr int kTriads = 24;

enum class Style { kPop, kRock, kLofi, kTechno, kJazz, kWaltz, kAmbient };
inline constexpr int kStyles = 7;

struct Key {
  int tonic;  // pitch class, 0: C
  bool minor;

  friend bool operator==(const Key&, const Key&) = default;
};

// What a palette chooses from; instruments by their numbers above, in order.
struct PaletteParts {
  std::vector<Style> styles;
  std::vector<Key> keys;
  std::vector<int> beat_frames;  // lengths of a beat
  std::vector<int> kits, basses, chords, leads;
};
const PaletteParts& PartsOf(Palette palette);

}  // namespace musicgen::compose
