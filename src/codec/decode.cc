#include "codec/decode.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "codec/decoder_stream.h"

namespace musicgen::codec {

Waveform Decode(ThreadPool& pool, const Codec& codec, const Codes& codes, int64_t channels) {
  if (codes.frames < 1) ThrowBadInput("codes: expected at least one frame, found none");
  Waveform waveform(codec.config.sample_rate_hz, channels,
                    codes.frames * codec.config.hop_samples());
  std::vector<float> samples;
  for (int64_t c = 0; c < channels; ++c) {
    DecoderStream stream(codec, c, channels);
    samples.clear();
    samples.reserve(static_cast<size_t>(waveform.samples));
    stream.Push(pool, codes, {0, codes.frames}, /*last=*/true, &samples);
    MG_CHECK_EQ(static_cast<int64_t>(samples.size()), waveform.samples);
    std::copy(samples.begin(), samples.end(), waveform.channel(c));
  }
  return waveform;
}

}  // namespace musicgen::codec
