// How long a model takes over an audio prompt, and how long it holds up others meanwhile.
#pragma once

#include <cstdint>

#include "musicgen/musicgen.hpp"

namespace musicgen::cli {

struct PromptSpeed {
  int64_t columns = 0;  // of the prompt
  double pass_s = 0;    // until the first new column of a guided stream, which runs alone
  double hold_s = 0;    // longest time without a step of a second stream while the prompt passes
};

// `sound` is the prompt; `text` the description that both streams have.
PromptSpeed MeasurePrompt(Model& model, const Waveform& sound, const char* text);

}  // namespace musicgen::cli
