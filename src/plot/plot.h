// A sound at one look: waveform, mel spectrogram and chroma over one time axis.
#pragma once

#include <string>

#include "types/chroma.h"
#include "types/waveform.h"

namespace musicgen::plot {

// The bytes of a PNG file. `chroma` holds energies from 0 to 1 of twelve classes from C on; its
// frame t stands for the time t·chroma_step_s. The sound has at least one sample.
std::string PlotSound(const Waveform& wave, const Chroma& chroma, double chroma_step_s);

}  // namespace musicgen::plot
