#include "audio/normalize.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <optional>

#include "audio/loudness.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr double kEnergyFloor =
    2e-3;  // RMS below which AudioCraft's normalize_loudness does nothing

double FromDb(double db) { return std::pow(10.0, db / 20); }

void CheckFinite(const Waveform& wave) {
  for (int64_t c = 0; c < wave.channels; ++c) {
    for (int64_t n = 0; n < wave.samples; ++n) {
      const float value = wave.channel(c)[n];
      if (!std::isfinite(value)) {
        ThrowFailure("the sound is broken: sample ", n, " of channel ", c, " is ", value,
                     ", expected a finite number");
      }
    }
  }
}

void Scale(Waveform& wave, double gain) {
  const float factor = static_cast<float>(gain);
  for (float& value : wave.values) value *= factor;
}

int64_t CountBeyond(const Waveform& wave, float high) {
  return std::count_if(wave.values.begin(), wave.values.end(),
                       [=](float value) { return std::abs(value) > high; });
}

// Returns the number of samples that changed.
int64_t Clamp(Waveform& wave, double limit) {
  const float high = static_cast<float>(limit);
  const int64_t beyond = CountBeyond(wave, high);
  for (float& value : wave.values) value = std::clamp(value, -high, high);
  return beyond;
}

// Brings `level`, a magnitude of the sound, to `wanted`. A level no float gain can reach is
// silence.
void ScaleTo(Waveform& wave, double wanted, double level, bool normalize) {
  if (level < FLT_MIN) return;
  const double gain = wanted / level;
  if (normalize || gain < 1) Scale(wave, gain);
}

void NormalizePeak(Waveform& wave, const NormalizeOptions& options, bool normalize) {
  float peak = 0;
  for (const float value : wave.values) peak = std::max(peak, std::abs(value));
  ScaleTo(wave, FromDb(-options.peak_clip_headroom_db), peak, normalize);
}

int64_t NormalizeRms(Waveform& wave, const NormalizeOptions& options) {
  double energy = 0;
  for (int64_t n = 0; n < wave.samples; ++n) {
    double sum = 0;
    for (int64_t c = 0; c < wave.channels; ++c) sum += wave.channel(c)[n];
    const double mean = sum / static_cast<double>(wave.channels);
    energy += mean * mean;
  }
  ScaleTo(wave, FromDb(-options.rms_headroom_db),
          std::sqrt(energy / static_cast<double>(wave.samples)), options.normalize);
  return Clamp(wave, 1);
}

int64_t NormalizeLoudness(Waveform& wave, const NormalizeOptions& options) {
  double energy = 0;
  for (const float value : wave.values) energy += static_cast<double>(value) * value;
  if (std::sqrt(energy / static_cast<double>(wave.values.size())) >= kEnergyFloor) {
    if (wave.samples < LoudnessBlockSamples(wave.sample_rate_hz)) {
      NormalizePeak(wave, options, /*normalize=*/true);
      return 0;
    }
    if (const std::optional<double> loudness = IntegratedLoudness(wave)) {
      Scale(wave, FromDb(-options.loudness_headroom_db - *loudness));
      if (options.loudness_compressor) {
        for (float& value : wave.values) value = std::tanh(value);
      }
    }
  }
  return Clamp(wave, 1);
}

}  // namespace

int64_t Normalize(Waveform& wave, const NormalizeOptions& options) {
  CheckFinite(wave);
  if (wave.values.empty()) return 0;
  switch (options.strategy) {
    case Strategy::kLoudness:
      return NormalizeLoudness(wave, options);
    case Strategy::kPeak:
      NormalizePeak(wave, options, options.normalize);
      return 0;
    case Strategy::kRms:
      return NormalizeRms(wave, options);
    case Strategy::kClip:
      return Clamp(wave, FromDb(-options.peak_clip_headroom_db));
    case Strategy::kNone:
      return 0;
  }
  return 0;
}

int64_t CountBeyondFullScale(const Waveform& wave) { return CountBeyond(wave, 1); }

}  // namespace musicgen::audio
