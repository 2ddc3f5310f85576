#include "compose/pad.h"

#include <cmath>
#include <numbers>

#include "compose/instruments.h"

namespace musicgen::compose {
namespace {

constexpr int kPartials = 6;
constexpr double kLoopHz = static_cast<double>(kFrameRateHz) / kPadLoopFrames;  // 3.125

// Adds a sine of a frequency rounded to whole turns in a loop.
void AddSine(double hz, double amplitude, double phase, std::vector<double>* out) {
  const double turns = std::round(hz / kLoopHz);
  const double step = 2 * std::numbers::pi * turns * kLoopHz / kSampleRateHz;
  for (size_t i = 0; i < out->size(); ++i) {
    (*out)[i] += amplitude * std::sin(step * static_cast<double>(i) + phase);
  }
}

}  // namespace

std::vector<float> RenderPad(const std::vector<int>& pitches) {
  constexpr size_t kAttack = kPadAttackFrames * kFrameSamples;
  constexpr size_t kLoop = kPadLoopFrames * kFrameSamples;
  std::vector<double> sound(kAttack + kLoop);
  double phase = 0;  // spread out, so that partials do not peak together
  for (const int pitch : pitches) {
    const double hz = 440 * std::exp2((pitch - 69) / 12.0);
    for (int partial = 1; partial <= kPartials; ++partial) {
      const double amplitude = std::pow(partial, -1.6);
      AddSine(hz * partial, amplitude, phase, &sound);
      // A second, slightly higher one: a slow beat, as of two strings.
      AddSine(hz * partial + kLoopHz, 0.4 * amplitude, 2 * phase, &sound);
      phase += 2.4;  // the golden angle
    }
  }
  double energy = 0;
  for (size_t i = kAttack; i < sound.size(); ++i) energy += sound[i] * sound[i];
  const double gain = 1 / std::sqrt(energy / kLoop);
  std::vector<float> out(sound.size());
  for (size_t i = 0; i < sound.size(); ++i) {
    const double rise =
        i < kAttack ? 0.5 - 0.5 * std::cos(std::numbers::pi * static_cast<double>(i) / kAttack) : 1;
    out[i] = static_cast<float>(gain * rise * sound[i]);
  }
  return out;
}

}  // namespace musicgen::compose
