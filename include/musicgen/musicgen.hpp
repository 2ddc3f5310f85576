// The library's C++ interface: owner types and plain values over the C interface musicgen.h, for
// C++20. Header only, so that it works with every compiler and standard library.
//
// Load a model once and share it: a Model is immutable to its users and may be used from several
// threads. Everything throws musicgen::Error: kBadInput for values that contradict themselves (a
// Waveform or Codes whose sizes disagree with `values`, numbers out of range) and for files,
// kUnsupported for what this build cannot do, kOutOfMemory and kFailure for what the machine
// refuses. Callbacks come from the thread whose call they belong to.
#pragma once

#include "musicgen/devices.hpp"       // IWYU pragma: export
#include "musicgen/download.hpp"      // IWYU pragma: export
#include "musicgen/frames.hpp"        // IWYU pragma: export
#include "musicgen/model.hpp"         // IWYU pragma: export
#include "musicgen/separator.hpp"     // IWYU pragma: export
#include "musicgen/session.hpp"       // IWYU pragma: export
#include "musicgen/sound_files.hpp"   // IWYU pragma: export
#include "musicgen/sounds.hpp"        // IWYU pragma: export
#include "musicgen/tensor_files.hpp"  // IWYU pragma: export

namespace musicgen {

// The library's version, "0.1.0".
inline const char* Version() { return mg_version(); }

}  // namespace musicgen
