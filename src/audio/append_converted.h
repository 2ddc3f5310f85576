#pragma once

#include "audio/interleaved.h"
#include "types/waveform.h"

namespace musicgen::audio {

// A sound of any rate and channels behind `sound`, at its rate and with its channels.
void AppendConverted(const Waveform& other, Interleaved& sound);

}  // namespace musicgen::audio
