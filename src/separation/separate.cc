#include "separation/separate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "separation/segments.h"

namespace musicgen::separation {
namespace {

constexpr double kLevelEps = 1e-8;

// How many samples of silence are put in front of the recording, for each shift: demucs pads half a
// second at either end and begins somewhere in the first.
std::vector<int64_t> Leads(const HtDemucsConfig& config, int64_t shifts) {
  std::vector<int64_t> leads;
  const int64_t most = config.sample_rate_hz / 2;
  for (int64_t k = 0; k < std::max<int64_t>(1, shifts); ++k) {
    leads.push_back(k * most / std::max<int64_t>(1, shifts));
  }
  return leads;
}

int64_t Wanted(const SeparateOptions& options, int64_t samples) {
  return options.wanted_samples < 0 ? samples : std::min(samples, options.wanted_samples);
}

// Samples [begin, begin + n) of a sound that silence surrounds.
Waveform CutSegment(const Waveform& sound, int64_t begin, int64_t n) {
  Waveform segment(sound.sample_rate_hz, sound.channels, n);
  const int64_t from = std::clamp<int64_t>(begin, 0, sound.samples);
  const int64_t to = std::clamp<int64_t>(begin + n, 0, sound.samples);
  for (int64_t c = 0; c < sound.channels && from < to; ++c) {
    std::copy(sound.channel(c) + from, sound.channel(c) + to, segment.channel(c) + (from - begin));
  }
  return segment;
}

std::vector<double> MeanOfChannels(const Waveform& sound) {
  std::vector<double> mean(static_cast<size_t>(sound.samples));
  for (int64_t c = 0; c < sound.channels; ++c) {
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += static_cast<double>(sound.channel(c)[i]);
  }
  for (double& value : mean) value /= static_cast<double>(sound.channels);
  return mean;
}

class Separation {
 public:
  Separation(ThreadPool& pool, const HtDemucs& network, const Waveform& sound,
             std::span<const StemMix> mixes, const SeparateOptions& options)
      : pool_(pool),
        network_(network),
        sound_(sound),
        mixes_(mixes),
        options_(options),
        wanted_(Wanted(options, sound.samples)),
        segments_(CountSegments(network.config(), sound.samples, options)),
        fade_(FadeWeights(network.config().segment_samples())),
        scratch_(pool.size()) {}

  std::vector<Waveform> Run() {
    const std::vector<int64_t> leads = Leads(network_.config(), options_.shifts);
    std::vector<Waveform> mean;
    for (const int64_t lead : leads) {
      std::vector<Waveform> stems = RunAt(lead);
      if (stems.empty()) return {};
      if (mean.empty()) {
        mean = std::move(stems);
        continue;
      }
      for (size_t m = 0; m < mean.size(); ++m) {
        for (size_t i = 0; i < mean[m].values.size(); ++i) mean[m].values[i] += stems[m].values[i];
      }
    }
    if (leads.size() == 1) return mean;
    for (Waveform& stem : mean) {
      for (float& value : stem.values) value /= static_cast<float>(leads.size());
    }
    return mean;
  }

 private:
  // With so many samples of silence in front.
  std::vector<Waveform> RunAt(int64_t lead) {
    const HtDemucsConfig& config = network_.config();
    std::vector<Waveform> sums;
    for (const StemMix& mix : mixes_) {
      sums.emplace_back(config.sample_rate_hz, mix.mono ? 1 : config.audio_channels, wanted_);
    }
    std::vector<float> weights(static_cast<size_t>(wanted_));
    for (const Segment& segment :
         SplitInSegments(sound_.samples + lead, wanted_ + lead, config.segment_samples())) {
      const Waveform in = CutSegment(sound_, segment.input_begin - lead, segment.input_samples);
      const std::vector<Waveform> out = network_.Run(pool_, scratch_, in, mixes_, options_.stop);
      if (out.empty() && !mixes_.empty()) return {};
      Add(segment, lead, out, &sums, &weights);
      ++done_;
      if (options_.progress) options_.progress(done_, segments_);
      if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)) return {};
    }
    for (Waveform& sum : sums) {
      for (int64_t c = 0; c < sum.channels; ++c) {
        for (int64_t i = 0; i < wanted_; ++i) {
          sum.channel(c)[i] /= weights[static_cast<size_t>(i)];
        }
      }
    }
    return sums;
  }

  void Add(const Segment& segment, int64_t lead, const std::vector<Waveform>& out,
           std::vector<Waveform>* sums, std::vector<float>* weights) const {
    const int64_t begin = std::max<int64_t>(0, segment.begin - lead);
    const int64_t end = std::min(wanted_, segment.begin - lead + segment.samples);
    for (int64_t i = begin; i < end; ++i) {
      const size_t at = static_cast<size_t>(i + lead - segment.begin);
      (*weights)[static_cast<size_t>(i)] += fade_[at];
    }
    for (size_t m = 0; m < out.size(); ++m) {
      for (int64_t c = 0; c < out[m].channels; ++c) {
        const float* from = out[m].channel(c) + (lead - segment.input_begin);
        float* to = (*sums)[m].channel(c);
        for (int64_t i = begin; i < end; ++i) {
          to[i] += fade_[static_cast<size_t>(i + lead - segment.begin)] * from[i];
        }
      }
    }
  }

  ThreadPool& pool_;
  const HtDemucs& network_;
  const Waveform& sound_;
  std::span<const StemMix> mixes_;
  const SeparateOptions& options_;
  int64_t wanted_, segments_, done_ = 0;
  std::vector<float> fade_;
  BlockScratch scratch_;
};

}  // namespace

int64_t CountSegments(const HtDemucsConfig& config, int64_t samples,
                      const SeparateOptions& options) {
  int64_t count = 0;
  for (const int64_t lead : Leads(config, options.shifts)) {
    count += static_cast<int64_t>(
        SplitInSegments(samples + lead, Wanted(options, samples) + lead, config.segment_samples())
            .size());
  }
  return count;
}

std::vector<StemMix> EachStem(const HtDemucsConfig& config) {
  std::vector<StemMix> mixes;
  for (int64_t stem = 0; stem < config.stems(); ++stem) mixes.push_back({{stem}, false});
  return mixes;
}

StemMix SumOfStems(const HtDemucsConfig& config, std::span<const std::string> names) {
  StemMix mix;
  mix.mono = true;
  for (const std::string& name : names) {
    const int64_t stem = config.FindStem(name);
    if (stem < 0) {
      ThrowBadInput("stem: expected one of ", Listed(config.sources, config.sources.size()),
                    ", found ", Printable(name));
    }
    mix.stems.push_back(stem);
  }
  return mix;
}

std::vector<Waveform> Separate(ThreadPool& pool, const HtDemucs& network, const Waveform& sound,
                               std::span<const StemMix> mixes, const SeparateOptions& options) {
  const HtDemucsConfig& config = network.config();
  if (sound.sample_rate_hz != config.sample_rate_hz || sound.channels != config.audio_channels) {
    ThrowBadInput("separate: expected ", config.audio_channels, " channels at ",
                  config.sample_rate_hz, " Hz, found ", sound.channels, " at ",
                  sound.sample_rate_hz);
  }
  if (sound.samples == 0) ThrowBadInput("separate: expected at least one sample, found none");
  return Separation(pool, network, sound, mixes, options).Run();
}

Level MeasureLevel(const Waveform& sound) {
  const std::vector<double> mean = MeanOfChannels(sound);
  Level level;
  if (mean.empty()) return level;
  const auto n = static_cast<double>(mean.size());
  for (const double value : mean) level.mean += value / n;
  double squares = 0;
  for (const double value : mean) squares += (value - level.mean) * (value - level.mean);
  level.deviation = mean.size() > 1 ? std::sqrt(squares / (n - 1)) : 0.0;
  return level;
}

void Normalize(const Level& level, Waveform* sound) {
  const auto mean = static_cast<float>(level.mean);
  const auto divisor = static_cast<float>(level.deviation + kLevelEps);
  for (float& value : sound->values) value = (value - mean) / divisor;
}

void Denormalize(const Level& level, Waveform* sound) {
  const auto mean = static_cast<float>(level.mean);
  const auto factor = static_cast<float>(level.deviation + kLevelEps);
  for (float& value : sound->values) value = value * factor + mean;
}

}  // namespace musicgen::separation
