#include "generate/stem_separator.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "audio/convert.h"
#include "audio/resample.h"
#include "base/check.h"
#include "base/error.h"
#include "model/memory_need.h"
#include "separation/segments.h"
#include "separation/separate.h"

namespace musicgen::generate {
namespace {

constexpr size_t kMostMixed = 4;  // of 30 s, eight megabytes each
// More than the filters of both conversions reach, so that the ends of what is cut do not count.
constexpr int64_t kSpareSamples = 1024;

// How many of a melody's samples the first `wanted` of its mix need: those that the segments see
// which reach into these.
int64_t NeededSamples(const separation::HtDemucsConfig& config, int64_t rate_hz, int64_t samples,
                      int64_t wanted) {
  const double ratio = static_cast<double>(config.sample_rate_hz) / static_cast<double>(rate_hz);
  const auto there = [&](int64_t n) {
    return static_cast<int64_t>(static_cast<double>(n) * ratio) + kSpareSamples;
  };
  const std::vector<separation::Segment> segments =
      separation::SplitInSegments(there(samples), there(wanted), config.segment_samples());
  const separation::Segment& last = segments.back();
  const auto needed =
      static_cast<int64_t>(static_cast<double>(last.input_begin + last.input_samples) / ratio);
  return std::min(samples, needed + kSpareSamples);
}

Waveform Beginning(const Waveform& mono, int64_t samples) {
  Waveform cut(mono.sample_rate_hz, 1, std::min(mono.samples, samples));
  std::copy_n(mono.channel(0), cut.samples, cut.channel(0));
  return cut;
}

}  // namespace

StemSeparator::StemSeparator(std::string demucs, std::string model,
                             std::function<void(const std::string&)> tell)
    : demucs_(std::move(demucs)), model_(std::move(model)), tell_(std::move(tell)) {}

void StemSeparator::Tell(const std::string& sentence) const {
  if (tell_) tell_(sentence);
}

const model::DemucsPart* StemSeparator::Find() {
  if (!sought_) {
    if (const auto path = model::FindDemucs(demucs_, model_)) part_ = model::OpenDemucs(*path);
    sought_ = true;
  }
  return part_ ? &*part_ : nullptr;
}

std::optional<std::string> StemSeparator::Name() {
  std::lock_guard<std::mutex> lock(mutex_);
  const model::DemucsPart* part = Find();
  if (part == nullptr) return std::nullopt;
  return part->name;
}

std::shared_ptr<const separation::HtDemucs> StemSeparator::Load(ThreadPool& pool, int64_t samples) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (auto network = network_.lock()) return network;
  const model::DemucsPart* part = Find();
  if (part == nullptr) {
    ThrowBadInput("melody: expected the weights of htdemucs, to separate its stems, found none");
  }
  model::CheckDemucsMemory(*part, samples);
  auto network = std::make_shared<const separation::HtDemucs>(pool, part->config, *part->tensors);
  network_ = network;
  return network;
}

std::optional<Waveform> StemSeparator::Recall(const Waveform& mono, int64_t wanted) {
  std::lock_guard<std::mutex> lock(mixed_mutex_);
  const auto found = std::find_if(mixed_.begin(), mixed_.end(), [&](const Mixed& each) {
    return each.wanted == wanted && each.mix.sample_rate_hz == mono.sample_rate_hz &&
           each.mono == mono.values;
  });
  if (found == mixed_.end()) return std::nullopt;
  std::rotate(mixed_.begin(), found, found + 1);
  return mixed_.front().mix;
}

// AudioCraft's ChromaStemConditioner: two channels first, then the network's rate; the channels'
// mean, then back (modules/conditioners.py, _get_stemmed_wav).
Waveform StemSeparator::Mix(ThreadPool& pool, const Waveform& mono, int64_t wanted,
                            const std::atomic<bool>* stop) {
  MG_CHECK_EQ(mono.channels, 1);
  if (auto known = Recall(mono, wanted)) return *std::move(known);
  const auto network = Load(pool, mono.samples);
  const separation::HtDemucsConfig& config = network->config();
  const std::vector<std::string> names = {"vocals", "other"};
  const std::vector<separation::StemMix> mixes = {separation::SumOfStems(config, names)};
  const bool cuts = wanted < mono.samples;
  const int64_t needed =
      cuts ? NeededSamples(config, mono.sample_rate_hz, mono.samples, wanted) : mono.samples;
  const Waveform sound = audio::ConvertChannels(
      audio::ResampleJulius(Beginning(mono, needed), config.sample_rate_hz), config.audio_channels);
  if (sound.samples == 0) return mono;  // less than a sample of the network's

  separation::SeparateOptions options;
  options.stop = stop;
  if (cuts) {
    options.wanted_samples = wanted * config.sample_rate_hz / mono.sample_rate_hz + kSpareSamples;
  }
  const int64_t segments = separation::CountSegments(config, sound.samples, options);
  Tell(StrCat("melody: separating ", std::lround(sound.duration_s()), " s with ", *Name(), " (",
              segments, segments == 1 ? " segment)" : " segments)"));
  options.progress = [&](int64_t done, int64_t all) {
    Tell(StrCat("melody: ", done, " of ", all, all == 1 ? " segment" : " segments"));
  };
  const std::vector<Waveform> stems = separation::Separate(pool, *network, sound, mixes, options);
  if (stems.empty()) return mono;  // stopped
  Waveform mix = audio::ResampleJulius(stems.front(), mono.sample_rate_hz);
  if (cuts) mix = Beginning(mix, wanted);
  std::lock_guard<std::mutex> lock(mixed_mutex_);
  mixed_.push_front({mono.values, wanted, mix});
  if (mixed_.size() > kMostMixed) mixed_.pop_back();
  return mix;
}

}  // namespace musicgen::generate
