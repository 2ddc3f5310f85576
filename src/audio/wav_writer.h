// WAV files. The same sound and metadata give the same bytes: nothing of the time or the host goes
// in. The audio library stays behind this header.
#pragma once

#include <string>

#include "base/atomic_file.h"
#include "musicgen/sound_format.hpp"
#include "types/waveform.h"

namespace musicgen::audio {

// Goes into the RIFF INFO list (ISFT, ICMT); an empty field is left out, a long one cut at 2000
// bytes.
struct WavMetadata {
  std::string software;  // the library adds its own name and version
  std::string comment;
};

// Throw Error(kBadInput) when the sound exceeds what a WAV file can hold (4 GiB), Error(kFailure)
// with the system's reason when writing fails.
void WriteWav(const Waveform& wave, SampleFormat encoding, const WavMetadata& metadata,
              const std::string& path);  // whole or not at all
void WriteWav(const Waveform& wave, SampleFormat encoding, const WavMetadata& metadata,
              AtomicFile& file);  // at its beginning; the caller commits
std::string EncodeWav(const Waveform& wave, SampleFormat encoding, const WavMetadata& metadata);

}  // namespace musicgen::audio
