#include "conditioning/chroma_extractor.h"

#include <algorithm>
#include <span>

#include "audio/power_spectrum.h"
#include "base/check.h"
#include "conditioning/chroma_filters.h"

namespace musicgen::conditioning {
namespace {

constexpr float kLeastPeak = 1e-6f;

std::vector<float> Pad(const Waveform& mono, int64_t padded_samples, int64_t window) {
  std::vector<float> sound = mono.values;
  sound.resize(static_cast<size_t>(std::max(mono.samples, padded_samples)));
  const int64_t missing = window - static_cast<int64_t>(sound.size());
  if (missing > 0) {
    sound.insert(sound.begin(), static_cast<size_t>(missing / 2), 0.0f);
    sound.resize(static_cast<size_t>(window));
  }
  return sound;
}

}  // namespace

ChromaExtractor::ChromaExtractor(const ChromaConfig& config)
    : config_(config),
      filters_(ChromaFilters(config.sample_rate_hz, config.n_fft, config.classes)) {}

Chroma ChromaExtractor::Energies(const Waveform& mono, int64_t padded_samples) const {
  MG_CHECK_EQ(mono.channels, 1);
  MG_CHECK_EQ(mono.sample_rate_hz, config_.sample_rate_hz);
  const std::vector<float> sound = Pad(mono, padded_samples, config_.n_fft);
  audio::PowerSpectrum spectrum(config_.n_fft, config_.hop_samples);
  Chroma chroma(spectrum.Frames(static_cast<int64_t>(sound.size())), config_.classes);
  std::vector<double> power(static_cast<size_t>(spectrum.bins()));
  for (int64_t f = 0; f < chroma.frames; ++f) {
    spectrum.Compute(sound, f, power);
    for (int64_t c = 0; c < chroma.classes; ++c) {
      const float* filter = filters_.data() + c * spectrum.bins();
      double energy = 0;
      for (size_t i = 0; i < power.size(); ++i) energy += power[i] * static_cast<double>(filter[i]);
      chroma.frame(f)[c] = static_cast<float>(energy / spectrum.window_energy());
    }
  }
  return chroma;
}

Chroma ChromaExtractor::Extract(const Waveform& mono, int64_t padded_samples) const {
  Chroma chroma = Energies(mono, padded_samples);
  Normalize(chroma);
  OneHot(chroma);
  return chroma;
}

void Normalize(Chroma& chroma) {
  for (int64_t f = 0; f < chroma.frames; ++f) {
    const std::span<float> row(chroma.frame(f), static_cast<size_t>(chroma.classes));
    const float peak = std::max(*std::max_element(row.begin(), row.end()), kLeastPeak);
    for (float& value : row) value /= peak;
  }
}

void OneHot(Chroma& chroma) {
  for (int64_t f = 0; f < chroma.frames; ++f) {
    const std::span<float> row(chroma.frame(f), static_cast<size_t>(chroma.classes));
    const auto strongest = std::max_element(row.begin(), row.end()) - row.begin();
    std::fill(row.begin(), row.end(), 0.0f);
    row[static_cast<size_t>(strongest)] = 1.0f;
  }
}

}  // namespace musicgen::conditioning
