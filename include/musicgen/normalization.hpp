// The level of a finished piece, as AudioCraft's audio_write sets it.
#pragma once

#include <cstdint>

namespace musicgen {

// Numbers are those of musicgen.h.
enum class Strategy : int32_t { kLoudness = 0, kPeak = 1, kRms = 2, kClip = 3, kNone = 4 };

// The numbers are AudioCraft's defaults; the strategy and its compressor are the recipe its
// documentation gives for MusicGen.
struct NormalizeOptions {
  Strategy strategy = Strategy::kLoudness;
  bool normalize = true;  // false: peak and rms attenuate only
  double peak_clip_headroom_db = 1;
  double rms_headroom_db = 18;
  double loudness_headroom_db = 14;  // that is −14 LUFS
  bool loudness_compressor = true;   // tanh
};

}  // namespace musicgen
