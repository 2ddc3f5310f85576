// A WAV file for a pipe: the header needs the length, which is known before the sound is.
#pragma once

#include <cstdint>
#include <vector>

#include "audio/wav_writer.h"
#include "types/waveform.h"

namespace musicgen::audio {

// RIFF header of a file of `samples` samples per channel, metadata none. Lengths beyond 4 GiB are
// written as 0xffffffff, which players take for "until the end".
std::vector<uint8_t> WavHeader(int64_t sample_rate_hz, int64_t channels, int64_t samples,
                               SampleFormat encoding);

// Samples as they stand in the file, channels interleaved; the same bytes as WriteWav's.
std::vector<uint8_t> WavSamples(const Waveform& chunk, SampleFormat encoding);

}  // namespace musicgen::audio
