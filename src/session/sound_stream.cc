#include "session/sound_stream.h"

#include <utility>

namespace musicgen::session {
namespace {

constexpr int64_t kLiveFrames = 8;  // 160 ms
// Beside others each step takes longer, the longest where one of them joins.
constexpr int64_t kSharedFrames = 4;
// The codec holds the sound of 7 frames back. What remains of the first piece must last while the
// next is made and leave some reserve: 220 ms, where the next takes 160 in real time.
constexpr int64_t kFirstFrames = 18;
// For a file that is wanted whole: longer pieces are hardly faster, and hold up others.
constexpr int64_t kFileFrames = 16;

}  // namespace

SoundStream::SoundStream(std::unique_ptr<codec::CodecStream> codec, bool live)
    : live_(live), codec_(std::move(codec)) {}

Waveform SoundStream::Push(const Codes& frames, bool last, bool shared) {
  if (frames.frames > 0) waiting_.Append(frames);
  const int64_t later = shared ? kSharedFrames : kLiveFrames;
  const int64_t wanted = !live_ ? kFileFrames : began_ ? later : kFirstFrames;
  if (waiting_.frames < wanted && !last) return Waveform();
  began_ = true;
  return codec_->Push(std::exchange(waiting_, Codes()), last);
}

}  // namespace musicgen::session
