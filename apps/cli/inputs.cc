#include "cli/inputs.h"

namespace musicgen::cli {

Waveform ReadMelody(const std::string& path, double duration_s, double window_s) {
  constexpr double kSpareSeconds = 60;  // more than the chroma of one window takes
  return ReadAudio(path, {0, duration_s + window_s + kSpareSeconds});
}

}  // namespace musicgen::cli
