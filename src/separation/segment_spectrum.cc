#include "separation/segment_spectrum.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include "audio/stft.h"
#include "base/check.h"

namespace musicgen::separation {
namespace {

using Complex = std::complex<double>;

// demucs pads by 1536 samples, and then two frames at either side drop out.
constexpr int64_t kDroppedFrames = 2;
int64_t Padding(const HtDemucsConfig& config) { return config.hop_samples() / 2 * 3; }
int64_t PaddedSamples(const HtDemucsConfig& config) {
  return config.frames() * config.hop_samples() + 2 * Padding(config);
}
audio::StftShape Shape(const HtDemucsConfig& config) {
  return {.n_fft = config.n_fft, .hop_samples = config.hop_samples(), .normalized = true};
}

// Reflected at both ends, which are left out.
std::vector<float> Pad(const HtDemucsConfig& config, const float* x) {
  const int64_t samples = config.segment_samples();
  std::vector<float> padded;
  padded.reserve(static_cast<size_t>(PaddedSamples(config)));
  for (int64_t i = -Padding(config); i < PaddedSamples(config) - Padding(config); ++i) {
    const int64_t at = i < 0 ? -i : i < samples ? i : 2 * (samples - 1) - i;
    padded.push_back(x[at]);
  }
  return padded;
}

// A sound that is added up: channel `channel` of a mix, or the mean of all.
struct Output {
  size_t mix;
  int64_t channel;
};
std::vector<Output> Outputs(const HtDemucsConfig& config, std::span<const StemMix> mixes) {
  std::vector<Output> outputs;
  for (size_t m = 0; m < mixes.size(); ++m) {
    const int64_t channels = mixes[m].mono ? 1 : config.audio_channels;
    for (int64_t c = 0; c < channels; ++c) outputs.push_back({m, c});
  }
  return outputs;
}

// Which of [stems · channels] are part of an output.
std::vector<int64_t> Parts(const HtDemucsConfig& config, const StemMix& mix, int64_t channel) {
  std::vector<int64_t> parts;
  for (const int64_t stem : mix.stems) {
    MG_CHECK(0 <= stem && stem < config.stems());
    for (int64_t c = 0; c < config.audio_channels; ++c) {
      if (mix.mono || c == channel) parts.push_back(stem * config.audio_channels + c);
    }
  }
  return parts;
}

double Share(const HtDemucsConfig& config, const StemMix& mix) {
  return mix.mono ? 1.0 / static_cast<double>(config.audio_channels) : 1.0;
}

}  // namespace

Scaling ScalingOf(std::span<const Moments> parts) {
  Moments all;
  for (const Moments& part : parts) all.Add(part);
  return {static_cast<float>(all.mean()), static_cast<float>(std::sqrt(all.variance(1)))};
}

void TakeOff(const Scaling& scaling, int64_t n, float* x) {
  const float divisor = 1e-5f + scaling.deviation;
  for (int64_t i = 0; i < n; ++i) x[i] = (x[i] - scaling.mean) / divisor;
}

Plane SegmentSpectrum(ThreadPool& team, const HtDemucsConfig& config, const Waveform& segment) {
  const int64_t bins = config.n_fft / 2, channels = config.audio_channels;
  Plane plane(config.frames(), bins, 2 * channels);
  std::vector<std::vector<float>> padded;
  for (int64_t c = 0; c < channels; ++c) padded.push_back(Pad(config, segment.channel(c)));
  team.Run([&](Worker& worker) {
    audio::Stft stft(Shape(config));
    std::vector<Complex> spectrum(static_cast<size_t>(stft.shape().bins()));
    const Range mine = worker.Split(plane.lines);
    for (int64_t t = mine.begin; t < mine.end; ++t) {
      for (int64_t c = 0; c < channels; ++c) {
        stft.Forward(padded[static_cast<size_t>(c)], t + kDroppedFrames, spectrum);
        for (int64_t f = 0; f < bins; ++f) {
          const Complex& bin = spectrum[static_cast<size_t>(f)];
          plane.row(t, f)[2 * c] = static_cast<float>(bin.real());
          plane.row(t, f)[2 * c + 1] = static_cast<float>(bin.imag());
        }
      }
    }
  });
  return plane;
}

std::vector<Waveform> MixSpectra(ThreadPool& team, const HtDemucsConfig& config,
                                 const Plane& decoded, const Scaling& scaling,
                                 std::span<const StemMix> mixes) {
  const int64_t samples = config.segment_samples(), bins = config.n_fft / 2;
  std::vector<Waveform> sounds;
  for (const StemMix& mix : mixes) {
    sounds.emplace_back(config.sample_rate_hz, mix.mono ? 1 : config.audio_channels, samples);
  }
  const std::vector<Output> outputs = Outputs(config, mixes);
  team.Run([&](Worker& worker) {
    const Range mine = worker.Split(static_cast<int64_t>(outputs.size()));
    if (mine.size() == 0) return;
    audio::InverseStft inverse(Shape(config), PaddedSamples(config));
    std::vector<Complex> spectrum(static_cast<size_t>(bins + 1));
    std::vector<float> padded(static_cast<size_t>(PaddedSamples(config)));
    for (int64_t i = mine.begin; i < mine.end; ++i) {
      const auto& [m, channel] = outputs[static_cast<size_t>(i)];
      const std::vector<int64_t> parts = Parts(config, mixes[m], channel);
      const double share = Share(config, mixes[m]);
      const double scale = share * static_cast<double>(scaling.deviation);
      const double shift =
          share * static_cast<double>(scaling.mean) * static_cast<double>(parts.size());
      for (int64_t t = 0; t < decoded.lines; ++t) {
        for (int64_t f = 0; f < bins; ++f) {
          const float* row = decoded.row(t, f);
          double real = 0, imaginary = 0;
          for (const int64_t part : parts) {
            real += static_cast<double>(row[2 * part]);
            imaginary += static_cast<double>(row[2 * part + 1]);
          }
          spectrum[static_cast<size_t>(f)] = {real * scale + shift, imaginary * scale + shift};
        }
        inverse.Add(t + kDroppedFrames, spectrum);
      }
      inverse.Finish(padded);
      std::copy_n(padded.begin() + Padding(config), samples, sounds[m].channel(channel));
    }
  });
  return sounds;
}

void AddWaves(ThreadPool& team, const HtDemucsConfig& config, const Plane& decoded,
              const Scaling& scaling, std::span<const StemMix> mixes,
              std::vector<Waveform>* sounds) {
  for (const auto& [m, channel] : Outputs(config, mixes)) {
    const std::vector<int64_t> parts = Parts(config, mixes[m], channel);
    const double share = Share(config, mixes[m]);
    const double scale = share * static_cast<double>(scaling.deviation);
    const double shift =
        share * static_cast<double>(scaling.mean) * static_cast<double>(parts.size());
    float* sound = (*sounds)[m].channel(channel);
    team.Run([&](Worker& worker) {
      const Range mine = worker.Split(decoded.length);
      for (int64_t i = mine.begin; i < mine.end; ++i) {
        const float* row = decoded.row(0, i);
        double sum = 0;
        for (const int64_t part : parts) sum += static_cast<double>(row[part]);
        sound[i] += static_cast<float>(sum * scale + shift);
      }
    });
  }
}

}  // namespace musicgen::separation
