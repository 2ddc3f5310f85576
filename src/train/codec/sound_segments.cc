#include "train/codec/sound_segments.h"

#include "base/error.h"

namespace musicgen::train {
namespace {

constexpr int kAttempts = 10;

at::Tensor TensorOf(const Waveform& wave) {
  at::Tensor tensor = at::empty({wave.channels, wave.samples});
  for (int64_t c = 0; c < wave.channels; ++c) {
    std::copy_n(wave.channel(c), wave.samples, tensor.mutable_data_ptr<float>() + c * wave.samples);
  }
  return tensor;
}

}  // namespace

SegmentSource SoundSegments(const std::vector<ManifestEntry>& files,
                            const SegmentSettings& settings, const SoundFormat& format,
                            const std::string& where) {
  const SegmentSampler sampler(files, settings, where);
  return [=](uint64_t index) {
    const auto number = static_cast<int64_t>(index);
    const int64_t item = number % settings.num_samples, epoch = number / settings.num_samples;
    for (int attempt = 0;; ++attempt) {
      const Segment segment = sampler.At(item, epoch, attempt);
      try {
        return TensorOf(
            ReadSoundSegment(files[segment.file].path, segment.seek_s, settings.segment_s, format)
                .wave);
      } catch (const Error&) {
        if (attempt + 1 == kAttempts) throw;
      }
    }
  };
}

}  // namespace musicgen::train
