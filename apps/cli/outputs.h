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

// Sets the level and writes the sound file; "-" is stdout.
void WriteAudio(const AudioFlags& flags, const std::string& file, Waveform audio,
                const std::string& comment);

// Writes codes as `info` describes them; "-" is stdout.
void WriteCodesFile(const std::string& file, const std::vector<Codes>& codes,
                    const ModelInfo& info);

}  // namespace musicgen::cli
