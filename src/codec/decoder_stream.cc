#include "codec/decoder_stream.h"

#include "base/check.h"
#include "base/error.h"

namespace musicgen::codec {
DecoderStream::DecoderStream(const Codec& codec, int64_t channel, int64_t channels)
    : codec_(codec), channel_(channel), channels_(channels), net_(codec.decoder) {
  MG_CHECK(0 <= channel && channel < channels);
}

void DecoderStream::Push(ThreadPool& pool, const Codes& codes, Range frames, bool last,
                         std::vector<float>* samples) {
  MG_CHECK(0 <= frames.begin && frames.begin <= frames.end && frames.end <= codes.frames);
  const int64_t books = codes.codebooks / channels_;
  if (codes.codebooks % channels_ != 0 || books < 1 || books > codec_.quantizer.num_quantizers()) {
    ThrowBadInput("codes: expected ", channels_, " to ",
                  channels_ * codec_.quantizer.num_quantizers(), " codebooks in multiples of ",
                  channels_, ", found ", codes.codebooks);
  }
  latents_.resize(static_cast<size_t>(frames.size() * codec_.quantizer.width()));
  codec_.quantizer.Decode(codes, channel_, channels_, books, frames, latents_.data());
  if (probe_) probe_(-1, latents_.data(), frames.size(), codec_.quantizer.width());

  const SeanetStream::Output output = net_.Push(pool, latents_.data(), frames.size(), last);
  samples->insert(samples->end(), output.values, output.values + output.frames);
}

void DecoderStream::Reset() { net_.Reset(); }

void DecoderStream::SetProbe(SeanetStream::Probe probe) {
  probe_ = probe;
  net_.SetProbe(std::move(probe));
}

}  // namespace musicgen::codec
