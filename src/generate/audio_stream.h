// Codes to sound while they are made, every channel of a sample.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "codec/decoder_stream.h"
#include "types/codes.h"
#include "types/waveform.h"

namespace musicgen::generate {

class AudioStream {
 public:
  // The codec must outlive the stream.
  AudioStream(const codec::Codec& codec, int64_t channels);

  // The samples [C, n] that have become final with the next frames [K, n']; with `last`, all the
  // rest. Chunks put together are what decoding all at once gives, bit for bit. Single frames are
  // gathered until enough have come for the weights to be read once for several, the first of all
  // until a player that begins with them need not wait for the next.
  Waveform Push(ThreadPool& pool, const Codes& frames, bool last);

 private:
  const codec::Codec& codec_;
  std::vector<codec::DecoderStream> sides_;
  Codes waiting_;
  bool begun_ = false;
};

}  // namespace musicgen::generate
