#include "session/sound_stream.h"

#include <utility>

namespace musicgen::session {
namespace {

constexpr int64_t kLiveFrames = 8;  // 160 ms
// The codec holds the sound of 7 frames back. What remains of the first piece must last while the
// next is made and leave some reserve: 220 ms, where the next takes 160 in real time.
constexpr int64_t kFirstFrames = 18;
// For a file that is wanted whole: longer pieces are hardly faster, and hold up others.
constexpr int64_t kFileFrames = 16;

}  // namespace

SoundStream::SoundStream(std::unique_ptr<codec::CodecStream> codec, bool live)
    : live_(live),
      codec_(std::move(codec)),
      gathered_(live ? kLiveFrames : kFileFrames),
      wanted_(live ? kFirstFrames : kFileFrames) {}

Waveform SoundStream::Push(const Codes& frames, bool last) {
  waiting_.Append(frames);
  if (waiting_.frames < wanted_ && !last) return Waveform();
  wanted_ = gathered_;
  return codec_->Push(std::exchange(waiting_, Codes()), last);
}

}  // namespace musicgen::session
