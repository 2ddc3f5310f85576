#include "compose/clip_style.h"

namespace musicgen::compose {
namespace {

constexpr int kClosedHat = 42, kOpenHat = 46, kRide = 51, kShaker = 70;

constexpr std::array<ClipStyleParts, kClipStyles> kTable = {{
    {"pop", 4, 90, 130, false, "x.......x.x.....", "....x.......x...", "x.x.x.x.x.x.x.x.",
     kClosedHat, "1.....1.1...5...", 33, "x.......x...x..."},
    {"rock", 4, 110, 160, false, "x...x.x.x...x...", "....x.......x...", "x.x.x.x.x.x.x.x.",
     kOpenHat, "1.1.1.1.1.1.1.1.", 34, "x.x.x.x.x.x.x.x."},
    {"jazz swing", 4, 110, 180, true, "x.......x.......", "......x.......x.", "x...x.x.x...x.x.",
     kRide, "1...3...5...6...", 32, "x.....x........."},
    {"blues", 4, 70, 120, true, "x.....x.x.......", "....x.......x...", "x.x.x.x.x.x.x.x.", kRide,
     "1...3...5...6...", 33, "x...x...x...x..."},
    {"waltz", 3, 80, 170, false, "x...........", "....x...x...", "x...x...x...", kRide,
     "1.......5...", 32, "....x...x..."},
    {"techno", 4, 118, 145, false, "x...x...x...x...", "....x.......x...", "..x...x...x...x.",
     kOpenHat, "..1...1...1...1.", 38, "..x...x...x...x."},
    {"ambient", 4, 60, 90, false, "x...............", "........x.......", "....x.......x...",
     kShaker, "1.......5.......", 39, "x..............."},
    {"reggae", 4, 65, 95, false, "........x.......", "........x.......", "x.x.x.x.x.x.x.x.",
     kClosedHat, "1.....1.3...5...", 33, "....x.......x..."},
}};

}  // namespace

const ClipStyleParts& PartsOf(ClipStyle style) { return kTable[static_cast<size_t>(style)]; }

const std::vector<ClipInstrument>& ClipLeads() {
  static const std::vector<ClipInstrument> kLeadTable = {
      {"piano", "keyboard", 0},       {"electric piano", "keyboard", 4},
      {"vibraphone", "mallet", 11},   {"marimba", "mallet", 12},
      {"nylon guitar", "guitar", 24}, {"electric guitar", "guitar", 27},
      {"violin", "strings", 40},      {"trumpet", "brass", 56},
      {"saxophone", "reed", 65},      {"clarinet", "reed", 71},
      {"flute", "pipe", 73},          {"synth lead", "synth", 80}};
  return kLeadTable;
}

const std::vector<ClipInstrument>& ClipAccompaniments() {
  static const std::vector<ClipInstrument> kTableOf = {{"piano", "", 0},
                                                       {"electric piano", "", 4},
                                                       {"organ", "", 16},
                                                       {"acoustic guitar", "", 25},
                                                       {"electric guitar", "", 27},
                                                       {"strings", "", 48},
                                                       {"choir", "", 52},
                                                       {"synth pad", "", 89}};
  return kTableOf;
}

const std::vector<ClipProgression>& ClipProgressions(bool minor) {
  static const std::vector<ClipProgression> kMajor = {{4, {0, 4, 5, 3}},
                                                      {3, {0, 5, 3, 4}},
                                                      {2, {0, 3, 4, 0}},
                                                      {2, {1, 4, 0, 0}},
                                                      {1, {0, 5, 1, 4, 0, 3, 4, 0}},
                                                      {1, {0, 0, 3, 0, 4, 3, 0, 4}}};
  static const std::vector<ClipProgression> kMinor = {{4, {0, 5, 2, 6}},
                                                      {3, {0, 3, 4, 0}},
                                                      {2, {0, 6, 5, 6}},
                                                      {2, {0, 3, 6, 2}},
                                                      {1, {0, 0, 3, 0, 5, 4, 0, 4}},
                                                      {1, {0, 6, 5, 4, 0, 3, 4, 0}}};
  return minor ? kMinor : kMajor;
}

}  // namespace musicgen::compose
