// Where a model is.
#pragma once

#include <string>

namespace musicgen::model {

// The directory or GGUF file that `model` means: an existing path; else a short name (small,
// medium, stereo-large, …: facebook/musicgen-…) or a hub id "org/name", looked up in the Hugging
// Face cache (HF_HUB_CACHE, HF_HOME/hub, ~/.cache/huggingface/hub). Throws Error(kBadInput) saying
// where it looked.
std::string FindModel(const std::string& model);

}  // namespace musicgen::model
