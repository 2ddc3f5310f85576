#include "codec/decoder_stream.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"

namespace musicgen::codec {
namespace {

// Longer chunks are cut into pieces of this many frames, to bound the memory and to keep the
// activations of the late layers in the cache, while a piece is long enough to share the reading of
// the weights.
constexpr int64_t kPieceFrames = 32;

}  // namespace

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

  int64_t begin = 0;
  do {
    const int64_t end = std::min(begin + kPieceFrames, frames.size());
    const SeanetStream::Output output =
        net_.Push(pool, latents_.data() + begin * codec_.quantizer.width(), end - begin,
                  last && end == frames.size());
    samples->insert(samples->end(), output.values, output.values + output.frames);
    begin = end;
  } while (begin < frames.size());
}

void DecoderStream::Reset() { net_.Reset(); }

void DecoderStream::SetProbe(SeanetStream::Probe probe) {
  probe_ = probe;
  net_.SetProbe(std::move(probe));
}

}  // namespace musicgen::codec
