#pragma once

#include <cstdint>

namespace musicgen {

// Whether drums and bass are taken out of a melody before its chroma is, as AudioCraft does with
// HT-Demucs. Numbers are those of musicgen.h.
enum class StemsMode : int32_t {
  kAuto = 0,  // where HT-Demucs' weights are found; never with ReferenceDialect::kHuggingFace
  kOn = 1,    // always: without weights it is an error
  kOff = 2,   // never: for melodies that are sung or played alone
};

}  // namespace musicgen
