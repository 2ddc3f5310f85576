#include "codec/encoder.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "codec/seanet_stream.h"
#include "codec/weight_norm.h"

namespace musicgen::codec {
namespace {

constexpr int64_t kQuantizedFrames = 64;  // at once, which bounds the scores of their candidates

}  // namespace

Encoder::Encoder(const CodecConfig& config_in, const checkpoint::TensorSource& source,
                 const std::string& prefix)
    : config(config_in),
      net(config, EncoderLayout(config), source, prefix + "encoder.layers.",
          kernels::WeightFormat::kF32),
      quantizer(config.latent_width, LoadCodebooks(source, config, prefix + "quantizer.layers.")) {}

Codes Encode(ThreadPool& pool, const Encoder& encoder, const Waveform& waveform, int64_t books) {
  if (waveform.samples < 1) ThrowBadInput("audio: expected at least one sample, found none");
  if (waveform.sample_rate_hz != encoder.config.sample_rate_hz) {
    ThrowBadInput("audio: expected ", encoder.config.sample_rate_hz, " Hz as the codec has, found ",
                  waveform.sample_rate_hz);
  }
  const int64_t hop = encoder.config.hop_samples();
  const int64_t frames = (waveform.samples + hop - 1) / hop;
  Codes codes(waveform.channels * books, frames);
  std::vector<float> latents;
  for (int64_t c = 0; c < waveform.channels; ++c) {
    SeanetStream stream(encoder.net);
    Codes mine(books, frames);
    const SeanetStream::Output out =
        stream.Push(pool, waveform.channel(c), waveform.samples, /*last=*/true);
    MG_CHECK_EQ(out.frames, frames);
    for (int64_t t = 0; t < frames; t += kQuantizedFrames) {
      const int64_t count = std::min(kQuantizedFrames, frames - t);
      const float* const from = out.values + t * encoder.config.latent_width;
      latents.assign(from, from + count * encoder.config.latent_width);
      encoder.quantizer.Encode(pool, latents.data(), count, t, &mine);
    }
    for (int64_t k = 0; k < books; ++k) {
      std::copy_n(mine.values.begin() + k * frames, frames,
                  codes.values.begin() + (k * waveform.channels + c) * frames);
    }
  }
  return codes;
}

}  // namespace musicgen::codec
