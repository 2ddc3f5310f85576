#include "compose/melody.h"

#include <array>

#include "compose/scale.h"

namespace musicgen::compose {
namespace {

constexpr std::array<std::string_view, kMelodyRhythms> kRhythms4 = {
    "x...x...x...x...", "x.x.x...x.x.x...", "x.....x.x.......", "x...x.x.x...x.x.",
    "..x.x.x...x.x.x.", "x.x.x.x.x.......", "x.....x...x.x...", "x.......x.x.x.x."};
constexpr std::array<std::string_view, kMelodyRhythms> kRhythms3 = {
    "x...x...x...", "x.......x...", "x...x.x.x...", "x.x.x...x...",
    "x.....x.x...", "x.x.x.x.x.x.", "x...x.......", "..x.x...x.x."};

constexpr int kMostNotes = 8;
constexpr std::array<std::array<int, kMostNotes>, kContours> kContourPool = {{
    {0, 2, 4, 2, 0, 2, 4, 5},
    {4, 3, 2, 1, 0, 1, 2, 0},
    {0, 1, 2, 3, 4, 3, 2, 1},
    {2, 2, 1, 0, 2, 4, 2, 0},
    {4, 4, 5, 4, 2, 0, 2, 4},
    {0, 0, 4, 4, 5, 5, 4, 2},
    {2, 4, 2, 0, -1, 0, 2, 0},
    {5, 4, 2, 4, 5, 4, 2, 0},
    {0, 4, 2, 4, 0, 4, 2, 4},
    {2, 1, 0, -1, 0, 1, 2, 4},
    {4, 2, 0, 2, 4, 2, 0, 2},
    {0, -1, 0, 2, 4, 2, 0, -1},
}};

}  // namespace

std::string_view MelodyRhythm(int rhythm, int beats_per_bar) {
  return (beats_per_bar == 3 ? kRhythms3 : kRhythms4)[static_cast<size_t>(rhythm)];
}

int MelodyPitch(const Motif& motif, int note, const Key& key, int chord_step) {
  const auto& contour = kContourPool[static_cast<size_t>(motif.contour)];
  const int step = chord_step + contour[static_cast<size_t>(note % kMostNotes)];
  const int root = StepSemitones(key.minor, chord_step);
  const int pitch =
      FoldUp(key.tonic + root, kFirstLeadPitch) + StepSemitones(key.minor, step) - root;
  if (pitch < kFirstLeadPitch) return pitch + 12;
  return pitch < kFirstLeadPitch + kPitches ? pitch : pitch - 12;
}

}  // namespace musicgen::compose
