#include "train/codec/clip_segments.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "audio/read.h"
#include "audio/resample.h"
#include "base/error.h"
#include "base/random.h"
#include "checkpoint/config.h"

namespace musicgen::train {
namespace {

constexpr double kLongestClip = 86400;  // s

std::string ManifestIn(const std::string& path) {
  return std::filesystem::is_directory(path) ? path + "/data.jsonl" : path;
}

// AudioCraft's: the mean over channels.
void MixDown(const Waveform& wave, at::Tensor* segment) {
  float* const to = segment->mutable_data_ptr<float>();
  const int64_t samples = std::min(wave.samples, segment->size(1));
  for (int64_t c = 0; c < wave.channels; ++c) {
    const float* const from = wave.channel(c);
    for (int64_t i = 0; i < samples; ++i) to[i] += from[i] / static_cast<float>(wave.channels);
  }
}

}  // namespace

ClipSegments::ClipSegments(const std::string& path, const ClipSegmentSettings& settings)
    : settings_(settings) {
  const std::string manifest = ManifestIn(path);
  std::ifstream file(manifest);
  if (!file) ThrowBadInput(Printable(manifest, 300), ": this manifest cannot be read");
  const std::filesystem::path folder = std::filesystem::path(manifest).parent_path();
  std::string line;
  for (int64_t number = 1; std::getline(file, line); ++number) {
    const std::string where = StrCat(Printable(manifest, 300), " line ", number);
    const checkpoint::Config clip = checkpoint::Config::Parse(line, where);
    const std::string name = clip.String("path", "");
    if (name.empty()) ThrowBadInput(clip.Where("path"), ": expected a sound file, found none");
    clips_.push_back({(folder / name).string(), clip.Number("duration", 0.0, 0.0, kLongestClip)});
  }
  if (clips_.empty()) {
    ThrowBadInput(Printable(manifest, 300), ": expected at least one clip, found none");
  }
}

at::Tensor ClipSegments::Segment(uint64_t index) const {
  const auto draw = [&](uint32_t which) {
    return Uniform(
        {settings_.seed, static_cast<uint32_t>(index >> 32), static_cast<uint32_t>(index), which});
  };
  const auto file = static_cast<size_t>(draw(0) * static_cast<double>(clips_.size()));
  const Clip& clip = clips_[file];
  const double latest =
      std::max(0.0, clip.duration_s - settings_.segment_s * settings_.min_segment_ratio);
  Waveform wave =
      audio::ReadAudio(clip.path, {.start_s = draw(1) * latest, .duration_s = settings_.segment_s});
  if (wave.sample_rate_hz != settings_.sample_rate_hz) {
    wave = audio::ResampleJulius(wave, settings_.sample_rate_hz);
  }
  const auto samples = static_cast<int64_t>(
      std::llround(settings_.segment_s * static_cast<double>(settings_.sample_rate_hz)));
  at::Tensor segment = at::zeros({1, samples});
  MixDown(wave, &segment);
  return segment;
}

}  // namespace musicgen::train
