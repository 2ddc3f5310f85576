#include "separation/segment_spectrum.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>

#include "audio/stft.h"
#include "base/check.h"

namespace musicgen::separation {
namespace {

using Complex = std::complex<double>;

// demucs pads by 1536 samples, and then two frames at either side drop out.
constexpr int64_t kDroppedFrames = 2;
constexpr int64_t kStretchHops = 64;  // that one thread takes back at once, at most
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

// The inverse of some of the frames, so that threads may share a sound: every sample is summed up
// from the four frames over it, in their order, wherever the sound is cut. Serves one thread.
class StretchInverse {
 public:
  explicit StretchInverse(const HtDemucsConfig& config)
      : config_(config),
        inverse_(Shape(config), kSamplesHops * config.hop_samples()),
        spectrum_(static_cast<size_t>(config.n_fft / 2 + 1)),
        sound_(static_cast<size_t>(kSamplesHops * config.hop_samples())) {}

  // Hops [hops.begin, hops.end) of the padded sound, at most kStretchHops, of which `to` [L] takes
  // what is not padding.
  void Run(const Plane& decoded, const Scaling& scaling, const StemMix& mix, int64_t channel,
           Range hops, float* to) {
    const std::vector<int64_t> parts = Parts(config_, mix, channel);
    const double share = Share(config_, mix);
    const double scale = share * static_cast<double>(scaling.deviation);
    const double shift =
        share * static_cast<double>(scaling.mean) * static_cast<double>(parts.size());
    // A frame reaches two hops to either side; here the stretch begins at the third hop.
    const int64_t origin = hops.begin - kReachHops;
    const int64_t from_frame = std::max<int64_t>(0, hops.begin - kReachHops + 1 - kDroppedFrames);
    const int64_t to_frame = std::min(decoded.lines, hops.end + kReachHops - kDroppedFrames);
    for (int64_t t = from_frame; t < to_frame; ++t) {
      for (int64_t f = 0; f < decoded.length; ++f) {
        const float* row = decoded.row(t, f);
        double real = 0, imaginary = 0;
        for (const int64_t part : parts) {
          real += static_cast<double>(row[2 * part]);
          imaginary += static_cast<double>(row[2 * part + 1]);
        }
        spectrum_[static_cast<size_t>(f)] = {real * scale + shift, imaginary * scale + shift};
      }
      inverse_.Add(t + kDroppedFrames - origin, spectrum_);
    }
    inverse_.Finish(sound_);
    const int64_t hop = config_.hop_samples(), padding = Padding(config_);
    const int64_t begin = std::max(hops.begin * hop, padding);
    const int64_t end = std::min(hops.end * hop, padding + config_.segment_samples());
    std::copy(sound_.begin() + (begin - origin * hop), sound_.begin() + (end - origin * hop),
              to + (begin - padding));
  }

 private:
  static constexpr int64_t kReachHops = 2;
  static constexpr int64_t kSamplesHops = kStretchHops + 2 * kReachHops;
  const HtDemucsConfig& config_;
  audio::InverseStft inverse_;
  std::vector<Complex> spectrum_;
  std::vector<float> sound_;
};

bool SameChannels(const Waveform& sound, int64_t a, int64_t b) {
  return std::memcmp(sound.channel(a), sound.channel(b),
                     static_cast<size_t>(sound.samples) * sizeof(float)) == 0;
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
  // A mono recording's second channel has its first one's spectrum.
  std::vector<bool> repeats(static_cast<size_t>(channels));
  for (int64_t c = 1; c < channels; ++c) {
    repeats[static_cast<size_t>(c)] = SameChannels(segment, c - 1, c);
  }
  team.Run([&](Worker& worker) {
    audio::Stft stft(Shape(config));
    std::vector<Complex> spectrum(static_cast<size_t>(stft.shape().bins()));
    const Range mine = worker.Split(plane.lines);
    for (int64_t t = mine.begin; t < mine.end; ++t) {
      for (int64_t c = 0; c < channels; ++c) {
        if (!repeats[static_cast<size_t>(c)]) {
          stft.Forward(padded[static_cast<size_t>(c)], t + kDroppedFrames, spectrum);
        }
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
  const int64_t samples = config.segment_samples();
  std::vector<Waveform> sounds;
  for (const StemMix& mix : mixes) {
    sounds.emplace_back(config.sample_rate_hz, mix.mono ? 1 : config.audio_channels, samples);
  }
  const std::vector<Output> outputs = Outputs(config, mixes);
  // Hops of the padded sound that are kept, and those of a stretch.
  const int64_t first = Padding(config) / config.hop_samples();
  const int64_t hops = (Padding(config) + samples - 1) / config.hop_samples() + 1 - first;
  const int64_t stretches = (hops + kStretchHops - 1) / kStretchHops;
  const auto boundary = [&](int64_t stretch) { return first + hops * stretch / stretches; };
  team.Run([&](Worker& worker) {
    const Range mine = worker.Split(static_cast<int64_t>(outputs.size()) * stretches);
    if (mine.size() == 0) return;
    StretchInverse inverse(config);
    for (int64_t i = mine.begin; i < mine.end; ++i) {
      const auto& [m, channel] = outputs[static_cast<size_t>(i / stretches)];
      const int64_t stretch = i % stretches;
      inverse.Run(decoded, scaling, mixes[m], channel, {boundary(stretch), boundary(stretch + 1)},
                  sounds[m].channel(channel));
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
