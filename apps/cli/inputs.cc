#include "cli/inputs.h"

#include <algorithm>
#include <cstdio>

#include "common/format.h"

namespace musicgen::cli {

Waveform ReadMelody(const std::string& path, double duration_s, double window_s) {
  constexpr double kSpareSeconds = 60;  // more than the chroma of one window takes
  return ReadAudio(path, {0, duration_s + window_s + kSpareSeconds});
}

Waveform ReadStyle(const std::string& path, const StyleParams& params, const ModelInfo& info) {
  constexpr double kTrainedFrom = 1.5, kTrainedTo = 4.5;  // AudioCraft's varying_lengths
  constexpr double kSpareSeconds = 1;
  const double excerpt_s = params.excerpt_s.value_or(info.style.excerpt_s);
  const double end_s = params.start_s ? *params.start_s + excerpt_s + kSpareSeconds : 0;
  Waveform sound = ReadAudio(path, {0, end_s});
  const double heard_s = std::min(excerpt_s, sound.duration_s());
  if (info.style.codebooks > 0 && (heard_s < kTrainedFrom || heard_s > kTrainedTo)) {
    std::fprintf(
        stderr, "warning: %s of %s are heard: style models are trained on excerpts of %g to %g s\n",
        common::Seconds(heard_s).c_str(), path.c_str(), kTrainedFrom, kTrainedTo);
  }
  return sound;
}

}  // namespace musicgen::cli
