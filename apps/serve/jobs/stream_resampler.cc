#include "serve/jobs/stream_resampler.h"

#include <algorithm>
#include <numeric>

#include "musicgen/sounds.hpp"

namespace musicgen::serve {
namespace {

// Of the library's filters, which are julius': 24 zeros of a sinc of 0.945 of the lower rate, on
// either side; and one period for where a phase lies in it.
int64_t Reach(int64_t from, int64_t to) {
  const int64_t width = (24 * from * 1000 / 945) / std::min(from, to) + 1;
  return ((width + from) / from + 1) * from;
}

// Samples [begin, end).
Waveform Part(const Waveform& sound, int64_t begin, int64_t end) {
  Waveform part(sound.sample_rate_hz, sound.channels, end - begin);
  for (int64_t c = 0; c < sound.channels; ++c) {
    std::copy(sound.channel(c) + begin, sound.channel(c) + end, part.channel(c));
  }
  return part;
}

Waveform Joined(const Waveform& first, const Waveform& second) {
  Waveform all(second.sample_rate_hz, second.channels, first.samples + second.samples);
  for (int64_t c = 0; c < all.channels; ++c) {
    float* to = all.channel(c);
    if (first.samples > 0) to = std::copy_n(first.channel(c), first.samples, to);
    std::copy_n(second.channel(c), second.samples, to);
  }
  return all;
}

}  // namespace

StreamResampler::StreamResampler(int64_t from_hz, int64_t to_hz, int64_t channels)
    : from_hz_(from_hz),
      to_hz_(to_hz),
      channels_(channels),
      from_(from_hz / std::gcd(from_hz, to_hz)),
      to_(to_hz / std::gcd(from_hz, to_hz)),
      reach_(from_ == to_ ? 0 : Reach(from_, to_)) {}

Waveform StreamResampler::Convert(int64_t end) {
  const Waveform converted = ConvertAudio(held_, to_hz_, channels_);
  const int64_t first = (done_ - begin_) / from_ * to_;
  const int64_t last = std::min((end - begin_) * to_ / from_, converted.samples);
  return Part(converted, std::min(first, last), last);
}

Waveform StreamResampler::Write(const Waveform& chunk) {
  if (from_ == to_) return ConvertAudio(chunk, to_hz_, channels_);
  held_ = Joined(held_, chunk);
  const int64_t end = (begin_ + held_.samples - reach_) / from_ * from_;
  if (end <= done_) return Waveform(to_hz_, channels_, 0);
  Waveform out = Convert(end);
  done_ = end;
  const int64_t begin = std::max<int64_t>(begin_, done_ - reach_);
  held_ = Part(held_, begin - begin_, held_.samples);
  begin_ = begin;
  return out;
}

Waveform StreamResampler::Finish() {
  if (held_.samples == 0) return Waveform(to_hz_, channels_, 0);
  Waveform out = Convert(begin_ + held_.samples);
  held_ = {};
  return out;
}

}  // namespace musicgen::serve
