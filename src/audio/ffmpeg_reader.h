// FFmpeg as a reader of the kinds that none of ours reads. It stays behind this header, and this
// header works in builds without it.
#pragma once

#include <string_view>

#include "audio/interleaved.h"
#include "audio/sound_kind.h"

namespace musicgen::audio {

// Whether FFmpeg's libraries are here. The first call opens them.
bool HasFfmpeg();

// The sound track of a file of this kind, on the calling thread. FFmpeg must be here. Throws
// Error(kBadInput) that begins with sound.where().
void DecodeWithFfmpeg(const FfmpegKind& kind, std::string_view bytes, Interleaved& sound);

}  // namespace musicgen::audio
