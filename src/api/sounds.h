// What can be seen of a sound.
#pragma once

#include <string>

#include "musicgen/chroma.hpp"
#include "musicgen/reference.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen::api {

// As mg_chroma_extract; `model` may be empty.
Chroma ExtractChroma(const Waveform& melody, ReferenceDialect reference, const std::string& model);
// The bytes of a PNG file.
std::string PlotAudio(const Waveform& audio);

}  // namespace musicgen::api
