#include "generate/audio_stream.h"

#include <algorithm>

namespace musicgen::generate {
namespace {

constexpr int64_t kGatheredFrames = 8;  // 160 ms
// The codec holds the sound of 7 frames back. What remains of the first piece must last while the
// next is made and leave some reserve: 220 ms, where the next takes 160 in real time.
constexpr int64_t kFirstFrames = 18;

Codes Join(const Codes& a, const Codes& b) {
  Codes joined(b.codebooks, a.frames + b.frames);
  for (int64_t k = 0; k < b.codebooks; ++k) {
    for (int64_t t = 0; t < a.frames; ++t) joined.at(k, t) = a.at(k, t);
    for (int64_t t = 0; t < b.frames; ++t) joined.at(k, a.frames + t) = b.at(k, t);
  }
  return joined;
}

}  // namespace

AudioStream::AudioStream(const codec::Codec& codec, int64_t channels) : codec_(codec) {
  for (int64_t c = 0; c < channels; ++c) sides_.emplace_back(codec, c, channels);
}

Waveform AudioStream::Push(ThreadPool& pool, const Codes& frames, bool last) {
  waiting_ = Join(waiting_, frames);
  const auto channels = static_cast<int64_t>(sides_.size());
  if (waiting_.frames < (begun_ ? kGatheredFrames : kFirstFrames) && !last) {
    return Waveform(codec_.config.sample_rate_hz, channels, 0);
  }
  begun_ = true;
  std::vector<std::vector<float>> samples(sides_.size());
  for (size_t c = 0; c < sides_.size(); ++c) sides_[c].Push(pool, waiting_, last, &samples[c]);
  waiting_ = Codes();
  Waveform out(codec_.config.sample_rate_hz, channels, static_cast<int64_t>(samples[0].size()));
  for (int64_t c = 0; c < channels; ++c) {
    std::copy(samples[static_cast<size_t>(c)].begin(), samples[static_cast<size_t>(c)].end(),
              out.channel(c));
  }
  return out;
}

}  // namespace musicgen::generate
