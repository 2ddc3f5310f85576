// What can be seen of a sound.
#pragma once

#include <functional>
#include <string>

#include "musicgen/chroma.hpp"
#include "musicgen/reference.hpp"
#include "musicgen/stems.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen::api {

// As mg_chroma_extract_of_stems; `model` and `demucs` may be empty, and so may `tell`.
Chroma ExtractChroma(const Waveform& melody, ReferenceDialect reference, const std::string& model,
                     StemsMode stems, const std::string& demucs,
                     const std::function<void(const std::string&)>& tell);
// The bytes of a PNG file.
std::string PlotAudio(const Waveform& audio);

}  // namespace musicgen::api
