#include "compose/scale.h"

#include <array>
#include <cstddef>

namespace musicgen::compose {
namespace {

constexpr std::array<int, kScaleSteps> kMajor = {0, 2, 4, 5, 7, 9, 11};
constexpr std::array<int, kScaleSteps> kNaturalMinor = {0, 2, 3, 5, 7, 8, 10};

int Modulo(int value, int divisor) { return (value % divisor + divisor) % divisor; }

}  // namespace

int StepSemitones(bool minor, int step) {
  const int within = Modulo(step, kScaleSteps);
  const int octave = (step - within) / kScaleSteps;
  return (minor ? kNaturalMinor : kMajor)[static_cast<size_t>(within)] + 12 * octave;
}

bool InScale(const Key& key, int midi_pitch) {
  for (const int semitones : key.minor ? kNaturalMinor : kMajor) {
    if (Modulo(midi_pitch - key.tonic - semitones, 12) == 0) return true;
  }
  return false;
}

int TriadOn(const Key& key, int step) {
  const int root = StepSemitones(key.minor, step);
  const int third = StepSemitones(key.minor, step + 2) - root;
  const int fifth = StepSemitones(key.minor, step + 4) - root;
  if (fifth != 7) return -1;
  return Modulo(key.tonic + root, 12) + (third == 3 ? 12 : 0);
}

int FoldUp(int midi_pitch, int lowest) { return lowest + Modulo(midi_pitch - lowest, 12); }

}  // namespace musicgen::compose
