// The demo's model out of its checkpoint.
#pragma once

#include <string>

#include "checkpoint/config.h"
#include "train/export/export.h"

namespace musicgen::train {

// Of the folder `work`: the averaged weights of lm/checkpoint.safetensors, trained with these
// settings, and tokenizer/; and the codec of `codec_folder`. Throws Error.
void ExportDemo(const checkpoint::Config& settings, const std::string& work,
                const std::string& codec_folder, ExportFormat format, const std::string& out);

}  // namespace musicgen::train
