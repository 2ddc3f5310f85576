// The sound of one request while its codes are made.
#pragma once

#include <cstdint>
#include <memory>

#include "codec/codec_backend.h"
#include "types/codes.h"
#include "types/waveform.h"

namespace musicgen::session {

class SoundStream {
 public:
  // `live`: somebody listens, and wants the first sound soon.
  SoundStream(std::unique_ptr<codec::CodecStream> codec, bool live);

  // As CodecStream::Push, but single frames are gathered until enough have come for the codec's
  // weights to be read once for several, the first of all until a player that begins with them need
  // not wait for the next. `shared`: others are at work beside, and a listener gets shorter pieces.
  Waveform Push(const Codes& frames, bool last, bool shared);
  bool live() const { return live_; }

 private:
  const bool live_;
  std::unique_ptr<codec::CodecStream> codec_;
  bool began_ = false;  // a piece has come
  Codes waiting_;
};

}  // namespace musicgen::session
