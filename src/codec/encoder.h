// Sound to codes.
#pragma once

#include <string>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "codec/codec_config.h"
#include "codec/seanet.h"
#include "nn/nearest_code.h"
#include "types/codes.h"
#include "types/waveform.h"

namespace musicgen::codec {

// EnCodec's encoder half, immutable. Separate from Codec because text to music does without it.
struct Encoder {
  CodecConfig config;
  Seanet net;
  nn::NearestCode quantizer;

  // `prefix` as in ExpectedTensors. Throws Error(kBadInput) when a tensor is absent or mis-shaped.
  Encoder(const CodecConfig& config, const checkpoint::TensorSource& source,
          const std::string& prefix);
};

// Codes [channels · books, ceil(N / hop)] of a waveform [channels, N], N ≥ 1, at the codec's rate;
// each channel is a pass of its own and their codebooks are interleaved. Works in pieces: memory
// does not grow with N but for the result. Throws Error(kBadInput) when there is no sample or the
// rate differs.
Codes Encode(ThreadPool& pool, const Encoder& encoder, const Waveform& waveform, int64_t books);

}  // namespace musicgen::codec
