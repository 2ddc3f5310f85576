// An adapter as PEFT saves it, which the engine reads as well (src/lora).
#pragma once

#include <string>

#include "train/lm/lm_model.h"

namespace musicgen::train {

// Writes the model's adapter, adapter_config.json and adapter_model.safetensors (f32), into the
// folder `out`, which is new or empty; whole or not at all. `base_model` is where others find the
// model it is for, a hub id for instance, or empty. Throws Error.
void WritePeftAdapter(const LmModel& model, const std::string& base_model, const std::string& out);

// From now on the model trains this adapter, as AddAdapter has it, from where it is: a directory,
// or its weights file with adapter_config.json beside it. Throws Error(kBadInput) for what is more
// than low-rank terms of the decoder's modules, and for one that does not fit the model.
void ContinueAdapter(LmModel& model, const std::string& path, double dropout);

}  // namespace musicgen::train
