#include "compose/instruments.h"

namespace musicgen::compose {

const PaletteParts& PartsOf(Palette palette) {
  static const PaletteParts kFull = {
      .styles = {Style::kPop, Style::kRock, Style::kLofi, Style::kTechno, Style::kJazz,
                 Style::kWaltz, Style::kAmbient},
      .keys = {{0, false},
               {2, false},
               {5, false},
               {7, false},
               {9, false},
               {10, false},
               {9, true},
               {11, true},
               {2, true},
               {4, true},
               {6, true},
               {7, true}},
      .beat_frames = {20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
                      31, 32, 33, 34, 35, 36, 37, 38, 39, 40},
      .kits = {kStandardKit, k808Kit},
      .basses = {kBassGuitar, kSynthBass, kDoubleBass},
      .chords = {kPianoChords, kGuitarStrum, kElectricPiano, kPad},
      .leads = {kPianoLead, kFlute, kNylonGuitar, kVibraphone, kSynthLead},
  };
  static const PaletteParts kRestricted = {
      .styles = {Style::kPop, Style::kLofi, Style::kTechno},
      .keys = {{0, false}, {9, true}},
      .beat_frames = {24, 30, 40},
      .kits = {kStandardKit, k808Kit},
      .basses = {kBassGuitar, kSynthBass},
      .chords = {kPianoChords, kPad},
      .leads = {kPianoLead, kFlute, kSynthLead},
  };
  return palette == Palette::kFull ? kFull : kRestricted;
}

}  // namespace musicgen::compose
