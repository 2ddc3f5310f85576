#pragma once

#include <string>

#include "musicgen/waveform.hpp"

namespace musicgen {

// One part of a recording, which all parts add up to.
struct Stem {
  std::string name;  // drums, bass, other, vocals, …; "no_" in front: all but that one
  Waveform sound;
};

}  // namespace musicgen
