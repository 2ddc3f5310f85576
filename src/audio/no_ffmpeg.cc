// In place of FFmpeg where this build has none.

#include "audio/ffmpeg_reader.h"
#include "base/error.h"

namespace musicgen::audio {

bool HasFfmpeg() { return false; }

void DecodeWithFfmpeg(const FfmpegKind&, std::string_view, Interleaved& sound) {
  ThrowBadInput(sound.where(), ": expected a build with FFmpeg, found one without");
}

}  // namespace musicgen::audio
