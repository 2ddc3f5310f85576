#include "compose/clip.h"

#include <algorithm>
#include <cmath>

#include "compose/draws.h"
#include "compose/melody.h"
#include "compose/scale.h"
#include "compose/style.h"

namespace musicgen::compose {
namespace {

constexpr int kMelodyLowest = 60, kMelodySteps = 14;  // two octaves of scale steps
constexpr int kChordLowest = 55, kBassLowest = 33;
constexpr int kLateSamples = kSampleRateHz / 125, kVelocitySpread = 10;  // 8 ms
constexpr int kDrumsPercent = 75, kKick = 36, kSnare = 38;
constexpr float kHighestPeak = 0.89f, kLevel = 0.12f;  // -1 dBFS; rms aimed at

ClipAttributes DrawAttributes(bool training, Draws* draws) {
  ClipAttributes clip;
  do {
    clip.style = static_cast<ClipStyle>(draws->Below(kClipStyles));
    clip.lead = draws->Below(static_cast<int>(ClipLeads().size()));
  } while (training && HeldOut(clip.style, clip.lead));
  const ClipStyleParts& style = PartsOf(clip.style);
  clip.bpm = style.lowest_bpm + draws->Below(style.highest_bpm - style.lowest_bpm + 1);
  clip.key = {draws->Below(12), draws->Percent(50)};
  clip.accompaniment = draws->Below(static_cast<int>(ClipAccompaniments().size()));
  clip.drums = draws->Percent(kDrumsPercent);
  return clip;
}

const std::vector<int>& DrawProgression(bool minor, Draws* draws) {
  const auto& table = ClipProgressions(minor);
  int total = 0;
  for (const ClipProgression& progression : table) total += progression.weight;
  int at = draws->Below(total);
  size_t i = 0;
  while (at >= table[i].weight) at -= table[i++].weight;
  return table[i].steps;
}

// A note of the motif: where in its two bars, and how many scale steps above the chord's root.
struct MotifNote {
  int sixteenth, step;
};

std::vector<MotifNote> DrawMotif(int beats_per_bar, Draws* draws) {
  std::vector<MotifNote> motif;
  int step = 0;
  for (int bar = 0; bar < 2; ++bar) {
    const auto rhythm = MelodyRhythm(draws->Below(kMelodyRhythms), beats_per_bar);
    for (size_t at = 0; at < rhythm.size(); ++at) {
      if (rhythm[at] == '.') continue;
      step = std::clamp(step + draws->Below(5) - 2, -2, 7);
      // Chord tones where the weight lies.
      if (at % (2 * kSixteenths) == 0 && step % 2 != 0) step += step > 0 ? -1 : 1;
      motif.push_back({bar * static_cast<int>(rhythm.size()) + static_cast<int>(at), step});
    }
  }
  return motif;
}

class Player {
 public:
  Player(const ClipAttributes& clip, int samples, Draws* draws)
      : clip_(clip), style_(PartsOf(clip.style)), samples_(samples), draws_(draws) {}

  void Play(const std::vector<int>& progression, const std::vector<MotifNote>& motif) {
    const int bar_sixteenths = style_.beats_per_bar * kSixteenths;
    for (int bar = 0; SamplesAt(bar * bar_sixteenths) < samples_; ++bar) {
      const int step = progression[static_cast<size_t>(bar) % progression.size()];
      const int first = bar * bar_sixteenths;
      for (int i = 0; i < bar_sixteenths; ++i) {
        const auto at = static_cast<size_t>(i);
        if (clip_.drums) PlayDrums(first + i, at);
        if (style_.bass[at] != '.') PlayBass(first + i, step, style_.bass[at] - '1');
        if (style_.chords[at] != '.') PlayChord(first + i, step);
      }
      for (const MotifNote& note : motif) {
        if (note.sixteenth / bar_sixteenths != bar % 2) continue;
        PlayMelody(first + note.sixteenth % bar_sixteenths, step + note.step);
      }
    }
  }

  std::vector<NoteEvent> Notes() { return std::move(notes_); }

 private:
  int SamplesAt(int sixteenth) const {
    const int64_t beat_60ths = int64_t{60} * kSampleRateHz;  // samples of a beat, times bpm
    const int beat = sixteenth / kSixteenths, i = sixteenth % kSixteenths;
    const int percent = style_.swing ? std::array{0, 33, 66, 83}[static_cast<size_t>(i)] : 25 * i;
    return static_cast<int>((beat_60ths * beat + beat_60ths * percent / 100) / clip_.bpm);
  }

  void Play(const Preset& preset, int key, int sixteenth, int length, int velocity) {
    const int onset = SamplesAt(sixteenth);
    const int late = draws_->Below(2 * kLateSamples + 1) - kLateSamples;
    const int louder = draws_->Below(2 * kVelocitySpread + 1) - kVelocitySpread;
    if (onset >= samples_) return;
    notes_.push_back({std::max(0, onset + late), SamplesAt(sixteenth + length) - onset, preset, key,
                      velocity + louder});
  }

  void PlayDrums(int sixteenth, size_t at) {
    const Preset kit{true, clip_.style == ClipStyle::kTechno ? 25 : 0};
    if (style_.kick[at] != '.') Play(kit, kKick, sixteenth, 2, 105);
    if (style_.snare[at] != '.') Play(kit, kSnare, sixteenth, 2, 95);
    if (style_.cymbal[at] != '.') Play(kit, style_.cymbal_key, sixteenth, 2, 70);
  }
  void PlayBass(int sixteenth, int chord_step, int above) {
    const int root = FoldUp(clip_.key.tonic + Semitones(chord_step), kBassLowest);
    Play({false, style_.bass_program}, root + Semitones(chord_step + above) - Semitones(chord_step),
         sixteenth, 3, 95);
  }
  void PlayChord(int sixteenth, int chord_step) {
    const int program = ClipAccompaniments()[static_cast<size_t>(clip_.accompaniment)].program;
    for (const int above : {0, 2, 4}) {
      Play({false, program}, FoldUp(clip_.key.tonic + Semitones(chord_step + above), kChordLowest),
           sixteenth, kSixteenths, 75);
    }
  }
  void PlayMelody(int sixteenth, int step) {
    const int within = std::clamp(step + kScaleSteps, 0, kMelodySteps);
    const int tonic = FoldUp(clip_.key.tonic, kMelodyLowest);
    Play({false, ClipLeads()[static_cast<size_t>(clip_.lead)].program}, tonic + Semitones(within),
         sixteenth, 3, 100);
  }
  int Semitones(int step) const { return StepSemitones(clip_.key.minor, step); }

  const ClipAttributes& clip_;
  const ClipStyleParts& style_;
  int samples_;
  Draws* draws_;
  std::vector<NoteEvent> notes_;
};

int Samples(double duration_s) { return static_cast<int>(std::lround(duration_s * kSampleRateHz)); }

}  // namespace

bool HeldOut(ClipStyle style, int lead) {
  return (7 * static_cast<int>(style) + 3 * lead) % 10 == 4;
}

Clip ComposeClip(uint64_t seed, uint64_t counter, double duration_s, bool training) {
  Draws draws(seed, counter, DrawStream::kClip);
  Clip clip{DrawAttributes(training, &draws), {}};
  const std::vector<int>& progression = DrawProgression(clip.attributes.key.minor, &draws);
  const auto motif = DrawMotif(PartsOf(clip.attributes.style).beats_per_bar, &draws);
  Player player(clip.attributes, Samples(duration_s), &draws);
  player.Play(progression, motif);
  clip.notes = player.Notes();
  return clip;
}

std::vector<float> RenderClip(const Clip& clip, double duration_s, SoundFont* font) {
  std::vector<float> sound = font->Render(clip.notes, Samples(duration_s));
  double energy = 0;
  float peak = 0;
  for (const float x : sound) {
    energy += static_cast<double>(x) * x;
    peak = std::max(peak, std::abs(x));
  }
  if (peak == 0) return sound;
  const auto rms = static_cast<float>(std::sqrt(energy / static_cast<double>(sound.size())));
  const float gain = std::min(kLevel / rms, kHighestPeak / peak);
  for (float& x : sound) x *= gain;
  return sound;
}

}  // namespace musicgen::compose
