// The "level.*" tensors of the audio goldens.
#pragma once

#include <string>
#include <vector>

#include "golden.h"
#include "types/waveform.h"

namespace musicgen {

inline const std::vector<std::string> kLevelSignals = {"mono", "stereo", "hot", "quiet", "gaps"};

inline Waveform LevelSignal(const Golden& golden, const std::string& signal) {
  const std::string name = "level." + signal + ".in";
  const Shape shape = golden.ShapeOf(name);
  Waveform wave(32000, shape[0], shape[1]);
  wave.values = golden.Floats(name);
  return wave;
}

}  // namespace musicgen
