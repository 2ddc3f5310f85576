#include "codec/encoder.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "codec/seanet_stream.h"

namespace musicgen::codec {
namespace {

// Enough for the weights to be read rarely, little enough for the activations to stay in cache.
constexpr int64_t kChunkFrames = 32;

}  // namespace

Encoder::Encoder(const CodecConfig& config_in, const checkpoint::TensorSource& source,
                 const std::string& prefix)
    : config(config_in),
      net(config, EncoderLayout(config), source, prefix + "encoder.layers.",
          kernels::WeightFormat::kF32),
      quantizer(config, source, prefix + "quantizer.layers.") {}

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
    int64_t done = 0;
    for (int64_t begin = 0; begin < waveform.samples; begin += kChunkFrames * hop) {
      const int64_t count = std::min(kChunkFrames * hop, waveform.samples - begin);
      const bool last = begin + count == waveform.samples;
      const SeanetStream::Output out =
          stream.Push(pool, waveform.channel(c) + begin, count, last);
      latents.assign(out.values, out.values + out.frames * encoder.config.latent_width);
      if (out.frames > 0) {
        encoder.quantizer.Encode(pool, latents.data(), out.frames, done, &mine);
      }
      done += out.frames;
    }
    MG_CHECK_EQ(done, frames);
    for (int64_t k = 0; k < books; ++k) {
      std::copy_n(mine.values.begin() + k * frames, frames,
                  codes.values.begin() + (k * waveform.channels + c) * frames);
    }
  }
  return codes;
}

}  // namespace musicgen::codec
