// Where results go. Everything that can be wrong with a destination is found before the work
// starts, so that no long run is lost to a missing folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/options.h"

namespace musicgen::cli {

// Throws Error(kBadInput) when `path` cannot become a file: a missing or read-only folder, a
// directory.
void CheckWritable(const std::string& path);

// The files of `count` results: the output itself, or out_0.wav, out_1.wav, … Checks each of them
// and the format.
std::vector<std::string> AudioFiles(const AudioFlags& flags, size_t count);

// Sets the level and writes the sound file; "-" is stdout. Says on stderr what was clipped.
void WriteAudio(const AudioFlags& flags, const std::string& file, Waveform audio,
                const std::string& comment);

// Whether files of these flags clip at full scale: all but WAV of floats.
bool Clips(const AudioFlags& flags);

// One line on stderr, where `clipped` of all samples were.
void ReportClipping(const std::string& file, int64_t clipped, int64_t samples);

}  // namespace musicgen::cli
