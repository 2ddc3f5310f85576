// How sound is stored. Numbers are those of musicgen.h.
#pragma once

#include <cstdint>

namespace musicgen {

// Ogg is Vorbis, quality 6; Opus lies in Ogg too, 96 kbit/s a channel; MP3 has 320 kbit/s, as
// AudioCraft's audio_write gives it (160 below 32 kHz, where the format ends).
enum class AudioFormat : int32_t { kWav = 0, kFlac = 1, kOgg = 2, kOpus = 3, kMp3 = 4 };

// Of WAV, and of FLAC, which has no floats; the other formats store no samples.
enum class SampleFormat : int32_t { kPcm16 = 0, kPcm24 = 1, kFloat32 = 2 };

}  // namespace musicgen
