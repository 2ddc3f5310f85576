// How a batch is generated, and who is told meanwhile.
#pragma once

#include <cstddef>
#include <functional>

#include "musicgen/generation.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen {

// Return false to stop.
using ProgressCallback = std::function<bool(const GenerationProgress&)>;

// Receives sound while it is made: `chunk` [C, n] of request `index` follows the one before. All
// chunks together are GenerationResult::audio, bit for bit. Return false to stop.
using AudioCallback = std::function<bool(size_t index, const Waveform& chunk)>;

struct GenerateOptions {
  bool decode_audio = true;  // fill GenerationResult::audio
  ProgressCallback progress;
  AudioCallback audio;
};

}  // namespace musicgen
