// The files of the results.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"
#include "common/destinations.h"

namespace musicgen::cli {

// The files of `count` results: the output itself, or out_0.wav, out_1.wav, … Checks each of them
// and the format.
std::vector<std::string> AudioFiles(const AudioFlags& flags, size_t count,
                                    common::Destinations& destinations);

// A safetensors file named by `flag`: checks it. Throws Error(kBadInput).
void AddTensorFile(common::Destinations& destinations, const std::string& flag,
                   const std::string& path);

// Sets the level and writes the sound file; "-" is stdout. Says on stderr what was clipped.
void WriteAudio(const AudioFlags& flags, const std::string& file, Waveform audio,
                const std::string& comment);

// Whether files of these flags clip at full scale: all but WAV of floats.
bool Clips(const AudioFlags& flags);

// One line on stderr, where `clipped` of all samples were.
void ReportClipping(const std::string& file, int64_t clipped, int64_t samples);

// Writes codes as `info` describes them; "-" is stdout.
void WriteCodesFile(const std::string& file, const std::vector<Codes>& codes,
                    const ModelInfo& info);

}  // namespace musicgen::cli
