// Codes to sound, chunk by chunk: the samples put together are those of decoding all at once, bit
// for bit.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "codec/codec.h"
#include "codec/seanet_stream.h"
#include "types/codes.h"

namespace musicgen::codec {

class DecoderStream {
 public:
  // One side of a sound of `channels` sides. Their codebooks are interleaved: this stream reads
  // rows channel, channel + channels, … of the codes it is given. The codec must outlive it.
  explicit DecoderStream(const Codec& codec, int64_t channel = 0, int64_t channels = 1);

  // Appends to `samples` those that have become final with frames [frames.begin, frames.end) of
  // `codes` (which may be none); with `last`, all the rest: hop_samples() per frame in total. Until
  // then the newest few frames' samples are held back because they depend on frames to come (at 32
  // kHz: the last 2402). Between one and all of the codec's codebooks per side. Throws
  // Error(kBadInput) when a code or the number of codebooks is out of range, before anything is
  // decoded; Error(kOutOfMemory).
  void Push(ThreadPool& pool, const Codes& codes, Range frames, bool last,
            std::vector<float>* samples);
  void Push(ThreadPool& pool, const Codes& chunk, bool last, std::vector<float>* samples) {
    Push(pool, chunk, {0, chunk.frames}, last, samples);
  }
  // Starts a new sound, keeping the buffers.
  void Reset();

  // For tests: index −1 shows the sums of code vectors, the rest is SeanetStream's.
  void SetProbe(SeanetStream::Probe probe);

 private:
  const Codec& codec_;
  const int64_t channel_;
  const int64_t channels_;
  SeanetStream net_;
  std::vector<float> latents_;
  SeanetStream::Probe probe_;
};

}  // namespace musicgen::codec
