#include "audio/resample.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "base/check.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr int64_t kJuliusZeros = 24;
constexpr double kJuliusRolloff = 0.945;

enum class Ends { kHeld, kZero };

// y[m·to + i] = Σ_j filter_i[j]·x[m·from + j]: `to` filters, the phases, each applied at every
// `from`-th sample. Rates are without their common divisor.
struct Ratio {
  int64_t from = 1;
  int64_t to = 1;
};

Ratio Reduce(int64_t from_hz, int64_t to_hz) {
  for (const int64_t rate : {from_hz, to_hz}) {
    if (rate < 1 || rate > kMostSampleRate) {
      ThrowBadInput("resampling: expected sample rates from 1 to ", kMostSampleRate, " Hz, found ",
                    rate);
    }
  }
  const int64_t divisor = std::gcd(from_hz, to_hz);
  return {from_hz / divisor, to_hz / divisor};
}

// Samples that the sliding filters can give at all: a block of `to` for each start inside the sound
// and one more.
int64_t Reach(const Ratio& ratio, int64_t samples) { return (samples / ratio.from + 1) * ratio.to; }

float ExactLength(const Ratio& ratio, int64_t samples) {
  return static_cast<float>(static_cast<double>(ratio.to * samples) /
                            static_cast<double>(ratio.from));
}

int64_t JuliusLength(const Ratio& ratio, int64_t samples) {
  return std::min(static_cast<int64_t>(std::floor(ExactLength(ratio, samples))),
                  Reach(ratio, samples));
}

int64_t TorchaudioLength(const Ratio& ratio, int64_t samples) {
  return std::min(static_cast<int64_t>(std::ceil(ExactLength(ratio, samples))),
                  Reach(ratio, samples));
}

// The taps of one phase, the first at offset `first` from the sample the filter is applied at. The
// references also store the taps beyond the window, which are zero.
struct Phase {
  int64_t first = 0;
  std::vector<float> taps;
};

// Where the window of phase i lies: |j/from − i/to|·cutoff < zeros.
void Place(const Ratio& ratio, int64_t i, double cutoff, int64_t zeros, Phase& phase) {
  const double from = static_cast<double>(ratio.from);
  const double centre = static_cast<double>(i) / static_cast<double>(ratio.to) * from;
  const double reach = static_cast<double>(zeros) / cutoff * from;
  const int64_t width = static_cast<int64_t>(std::ceil(reach));
  const int64_t first = static_cast<int64_t>(std::floor(centre - reach));
  const int64_t last = static_cast<int64_t>(std::ceil(centre + reach));
  phase.first = std::max(first, -width);
  phase.taps.resize(static_cast<size_t>(std::min(last, width + ratio.from - 1) - phase.first + 1));
}

// julius.resample.ResampleFrac._init_kernels, operation by operation in float32.
void MakeJuliusPhase(const Ratio& ratio, int64_t i, Phase& phase) {
  const double cutoff = static_cast<double>(std::min(ratio.from, ratio.to)) * kJuliusRolloff;
  Place(ratio, i, cutoff, kJuliusZeros, phase);
  const float pi = std::numbers::pi_v<float>;
  const float zeros = kJuliusZeros;
  const float shift = static_cast<float>(-static_cast<double>(i) / static_cast<double>(ratio.to));
  double sum = 0;
  for (size_t j = 0; j < phase.taps.size(); ++j) {
    const float at = static_cast<float>(phase.first + static_cast<int64_t>(j));
    float t = (shift + at / static_cast<float>(ratio.from)) * static_cast<float>(cutoff);
    t = std::clamp(t, -zeros, zeros) * pi;
    const float window = std::cos(t / zeros / 2.0f);
    phase.taps[j] = (t == 0 ? 1.0f : std::sin(t) / t) * (window * window);
    sum += static_cast<double>(phase.taps[j]);
  }
  for (float& tap : phase.taps) tap /= static_cast<float>(sum);
}

// torchaudio.functional._get_sinc_resample_kernel; functional.resample hands it the sound's own
// type, so that this too is float32 (transforms.Resample would take float64).
void MakeTorchaudioPhase(const Ratio& ratio, int64_t i, const SincFilter& filter, Phase& phase) {
  const double cutoff = static_cast<double>(std::min(ratio.from, ratio.to)) * filter.rolloff;
  Place(ratio, i, cutoff, filter.lowpass_filter_width, phase);
  const float pi = std::numbers::pi_v<float>;
  const float zeros = static_cast<float>(filter.lowpass_filter_width);
  const float scale = static_cast<float>(cutoff / static_cast<double>(ratio.from));
  const float shift = static_cast<float>(-i) / static_cast<float>(ratio.to);
  for (size_t j = 0; j < phase.taps.size(); ++j) {
    const float at = static_cast<float>(phase.first + static_cast<int64_t>(j));
    float t = (shift + at / static_cast<float>(ratio.from)) * static_cast<float>(cutoff);
    t = std::clamp(t, -zeros, zeros);
    const float window = std::cos(t * pi / zeros / 2.0f);
    t *= pi;
    phase.taps[j] = (t == 0 ? 1.0f : std::sin(t) / t) * (window * window * scale);
  }
}

// Eight running sums, so that the compiler can use vectors: the same order at every place.
float Dot(const float* a, const float* b, size_t n) {
  float lanes[8] = {};
  size_t k = 0;
  for (; k + 8 <= n; k += 8) {
    for (size_t lane = 0; lane < 8; ++lane) lanes[lane] += a[k + lane] * b[k + lane];
  }
  for (; k < n; ++k) lanes[k % 8] += a[k] * b[k];
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

// The stretch of x that a filter at `begin` sees, read beyond the ends as `ends` says.
const float* Stretch(const float* x, int64_t samples, int64_t begin, Ends ends,
                     std::vector<float>& scratch) {
  const int64_t size = static_cast<int64_t>(scratch.size());
  if (begin >= 0 && begin + size <= samples) return x + begin;
  for (int64_t k = 0; k < size; ++k) {
    const int64_t at = begin + k;
    const bool inside = at >= 0 && at < samples;
    const float held = x[std::clamp<int64_t>(at, 0, samples - 1)];
    scratch[static_cast<size_t>(k)] = inside || ends == Ends::kHeld ? held : 0.0f;
  }
  return scratch.data();
}

// Phase by phase, so that one filter is in memory at a time: coprime rates have very many.
template <class MakePhase>
Waveform Resample(const Waveform& wave, int64_t to_hz, const Ratio& ratio, int64_t length,
                  Ends ends, const MakePhase& make_phase) {
  Waveform out(to_hz, wave.channels, length);
  if (wave.samples == 0) return out;
  Phase phase;
  std::vector<float> scratch;
  for (int64_t i = 0; i < std::min(ratio.to, length); ++i) {
    make_phase(i, phase);
    scratch.resize(phase.taps.size());
    for (int64_t c = 0; c < wave.channels; ++c) {
      const float* x = wave.channel(c);
      float* y = out.channel(c);
      int64_t begin = phase.first;
      for (int64_t n = i; n < length; n += ratio.to, begin += ratio.from) {
        const float* stretch = Stretch(x, wave.samples, begin, ends, scratch);
        y[n] = Dot(stretch, phase.taps.data(), phase.taps.size());
      }
    }
  }
  return out;
}

}  // namespace

int64_t JuliusLength(int64_t samples, int64_t from_hz, int64_t to_hz) {
  return from_hz == to_hz ? samples : JuliusLength(Reduce(from_hz, to_hz), samples);
}

int64_t TorchaudioLength(int64_t samples, int64_t from_hz, int64_t to_hz) {
  return from_hz == to_hz ? samples : TorchaudioLength(Reduce(from_hz, to_hz), samples);
}

Waveform ResampleJulius(const Waveform& wave, int64_t to_hz) {
  const Ratio ratio = Reduce(wave.sample_rate_hz, to_hz);
  if (ratio.from == ratio.to) return wave;
  return Resample(wave, to_hz, ratio, JuliusLength(ratio, wave.samples), Ends::kHeld,
                  [&](int64_t i, Phase& phase) { MakeJuliusPhase(ratio, i, phase); });
}

Waveform ResampleTorchaudio(const Waveform& wave, int64_t to_hz, const SincFilter& filter) {
  MG_CHECK_LT(0, filter.lowpass_filter_width);
  const Ratio ratio = Reduce(wave.sample_rate_hz, to_hz);
  if (ratio.from == ratio.to) return wave;
  return Resample(wave, to_hz, ratio, TorchaudioLength(ratio, wave.samples), Ends::kZero,
                  [&](int64_t i, Phase& phase) { MakeTorchaudioPhase(ratio, i, filter, phase); });
}

}  // namespace musicgen::audio
