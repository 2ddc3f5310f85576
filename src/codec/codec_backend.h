// The codec's seam for devices, beside lm/decode_backend.h.
#pragma once

#include <cstdint>
#include <memory>

#include "types/codes.h"
#include "types/waveform.h"

namespace musicgen::codec {

// Codes to sound while they are made.
class CodecStream {
 public:
  virtual ~CodecStream() = default;
  // The samples [C, n] that have become final with the next frames [K, n'] (which may be none);
  // with `last`, all the rest. Put together they are what Decode gives, bit for bit. Throws
  // Error(kBadInput) when a code is out of range, Error(kFailure) when the sound is no numbers.
  virtual Waveform Push(const Codes& frames, bool last) = 0;
};

// Safe to use from several threads, which take turns. It outlives its streams.
class CodecBackend {
 public:
  virtual ~CodecBackend() = default;
  // Throws Error(kOutOfMemory).
  virtual std::unique_ptr<CodecStream> NewStream() = 0;
};

}  // namespace musicgen::codec
