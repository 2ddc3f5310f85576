// Float samples to integers. Full scale is ±1; ties round to even; a value that is not a number
// becomes 0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace musicgen::audio {

// round(x·2^15) and round(x·2^23), saturated: what FFmpeg makes of the floats AudioCraft's
// audio_write pipes to it. Each sample stands alone, so a streamed sound equals a finished one.
int16_t FloatToInt16(float x);
int32_t FloatToInt24(float x);

// AudioCraft's own converter for a whole sound (i16_pcm in audiocraft/data/audio_utils.py):
// round(x·32768), but round(x·32767) of every sample if one of the former reached 32768. What lies
// beyond ±1, which AudioCraft refuses, saturates.
std::vector<int16_t> ToInt16LikeAudioCraft(std::span<const float> x);

}  // namespace musicgen::audio
