#include "compose/palette_sounds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "compose/pad.h"
#include "compose/scale.h"

namespace musicgen::compose {
namespace {

constexpr int kVelocity = 100;
constexpr int kLevelSamples = kSampleRateHz / 4;    // what a level is measured over
constexpr int kFadeFrames = 4;                      // at the end of a sound
constexpr int kMarginSamples = kSampleRateHz / 10;  // rendered more, since the onset is cut off
constexpr int kLowestChordPitch = 55;               // G3; chords lie in the octave above
constexpr int kStrumSamples = kSampleRateHz / 80;   // from string to string

struct Instrument {
  Preset preset;
  float level;  // rms over the first quarter of a second
};
constexpr std::array<Instrument, kBasses> kBassTable = {
    {{{false, 33}, 0.085f}, {{false, 38}, 0.085f}, {{false, 32}, 0.085f}}};
constexpr std::array<Instrument, kChordInstruments> kChordTable = {
    {{{false, 0}, 0.065f}, {{false, 27}, 0.065f}, {{false, 4}, 0.065f}, {{false, 0}, 0.065f}}};
constexpr std::array<Instrument, kLeads> kLeadTable = {{{{false, 0}, 0.08f},
                                                        {{false, 73}, 0.065f},
                                                        {{false, 24}, 0.075f},
                                                        {{false, 11}, 0.07f},
                                                        {{false, 81}, 0.055f}}};
constexpr std::array<Preset, kKits> kKitTable = {{{true, 0}, {true, 25}}};

// A sound of a General MIDI kit and its peak.
struct Stroke {
  int key;
  float peak;
};
constexpr Stroke kKick{36, 0.33f}, kSnare{38, 0.3f}, kClosedHat{42, 0.14f}, kOpenHat{46, 0.15f},
    kRide{51, 0.15f}, kHighTom{48, 0.3f}, kLowTom{43, 0.3f}, kRim{37, 0.22f}, kClap{39, 0.24f},
    kCrash{49, 0.22f};

std::vector<Stroke> StrokesOf(int kit, int hit) {
  const Stroke rim = kit == k808Kit ? kClap : kRim;
  switch (hit) {
    case kK:
      return {kKick};
    case kS:
      return {kSnare};
    case kH:
      return {kClosedHat};
    case kO:
      return {kOpenHat};
    case kKH:
      return {kKick, kClosedHat};
    case kSH:
      return {kSnare, kClosedHat};
    case kKO:
      return {kKick, kOpenHat};
    case kR:
      return {kRide};
    case kKR:
      return {kKick, kRide};
    case kSR:
      return {kSnare, kRide};
    case kT1:
      return {kHighTom};
    case kT2:
      return {kLowTom};
    case kX:
      return {rim};
    case kXH:
      return {rim, kClosedHat};
    case kC:
      return {kKick, kCrash};
    default:
      return {kKick, kSnare};
  }
}

// Close voicing; guitars and pianos play the triad, the electric piano a note more that every key
// has: the seventh of a minor chord, the ninth of a major one.
std::vector<int> ChordPitches(int instrument, int triad) {
  std::vector<int> above = {0, TriadMinor(triad) ? 3 : 4, 7};
  if (instrument == kElectricPiano) above.push_back(TriadMinor(triad) ? 10 : 14);
  std::vector<int> pitches;
  for (const int semitones : above) {
    pitches.push_back(FoldUp(TriadRoot(triad) + semitones, kLowestChordPitch));
  }
  std::sort(pitches.begin(), pitches.end());
  return pitches;
}

// Cuts what comes before the onset off: just before the sound first reaches a fiftieth of its peak.
void TrimToOnset(std::vector<float>* sound, size_t samples) {
  float peak = 0;
  for (const float x : *sound) peak = std::max(peak, std::abs(x));
  const auto loud = std::find_if(sound->begin(), sound->end(),
                                 [peak](float x) { return std::abs(x) > 0.02f * peak; });
  constexpr std::ptrdiff_t kLead = 8;
  const auto begin = loud - std::min<std::ptrdiff_t>(kLead, loud - sound->begin());
  sound->erase(sound->begin(), begin);
  sound->resize(samples);
  for (size_t i = 0; i < kLead; ++i) (*sound)[i] *= static_cast<float>(i) / kLead;
}

void Scale(float gain, std::vector<float>* sound) {
  for (float& x : *sound) x *= gain;
}

void SetPeak(float peak, std::vector<float>* sound) {
  float found = 0;
  for (const float x : *sound) found = std::max(found, std::abs(x));
  Scale(found > 0 ? peak / found : 0, sound);
}

void SetLevel(float rms, std::vector<float>* sound) {
  const size_t samples = std::min<size_t>(kLevelSamples, sound->size());
  double energy = 0;
  for (size_t i = 0; i < samples; ++i) energy += static_cast<double>((*sound)[i]) * (*sound)[i];
  const auto found = static_cast<float>(std::sqrt(energy / static_cast<double>(samples)));
  Scale(found > 0 ? rms / found : 0, sound);
}

void FadeOut(std::vector<float>* sound) {
  constexpr size_t kFade = kFadeFrames * kFrameSamples;
  for (size_t i = 0; i < kFade; ++i) {
    const double gain =
        0.5 + 0.5 * std::cos(std::numbers::pi * (static_cast<double>(i) + 1) / kFade);
    (*sound)[sound->size() - kFade + i] *= static_cast<float>(gain);
  }
}

void Add(const std::vector<float>& from, size_t at, std::vector<float>* to) {
  for (size_t i = at; i < to->size(); ++i) (*to)[i] += from[i - at];
}

}  // namespace

std::vector<float> PaletteSounds::Note(const Preset& preset, int key, size_t samples) {
  const int rendered = static_cast<int>(samples) + kMarginSamples;
  std::vector<float> sound = font_->Render({{0, rendered, preset, key, kVelocity}}, rendered);
  TrimToOnset(&sound, samples);
  return sound;
}

std::vector<float> PaletteSounds::Drum(int kit, int hit, size_t samples) {
  std::vector<float> sound(samples);
  for (const Stroke& stroke : StrokesOf(kit, hit)) {
    std::vector<float> one = Note(kKitTable[static_cast<size_t>(kit)], stroke.key, samples);
    SetPeak(stroke.peak, &one);
    Add(one, 0, &sound);
  }
  return sound;
}

std::vector<float> PaletteSounds::Chord(int instrument, int triad, size_t samples) {
  const std::vector<int> pitches = ChordPitches(instrument, triad);
  if (instrument == kPad) return RenderPad(pitches);
  std::vector<float> sound(samples);
  size_t at = 0;
  for (const int pitch : pitches) {
    std::vector<float> one =
        Note(kChordTable[static_cast<size_t>(instrument)].preset, pitch, samples);
    SetLevel(1, &one);
    Add(one, at, &sound);
    if (instrument == kGuitarStrum) at += kStrumSamples;
  }
  return sound;
}

std::vector<float> PaletteSounds::Sound(Book book, int instrument, int pitch) {
  const Ages ages = AgesOf(book, instrument);
  const size_t samples = static_cast<size_t>(ages.count) * kFrameSamples;
  const auto row = static_cast<size_t>(instrument);
  std::vector<float> sound;
  switch (book) {
    case Book::kDrums:
      sound = Drum(instrument, pitch, samples);
      break;
    case Book::kBass:
      sound = Note(kBassTable[row].preset, kFirstBassPitch + pitch, samples);
      SetLevel(kBassTable[row].level, &sound);
      break;
    case Book::kChords:
      sound = Chord(instrument, pitch, samples);
      SetLevel(kChordTable[row].level, &sound);
      break;
    case Book::kLead:
      sound = Note(kLeadTable[row].preset, kFirstLeadPitch + pitch, samples);
      SetLevel(kLeadTable[row].level, &sound);
      break;
  }
  if (ages.loop_from < 0) FadeOut(&sound);
  return sound;
}

}  // namespace musicgen::compose
