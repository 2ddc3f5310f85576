// Where a model is.
#pragma once

#include <string>

namespace musicgen::model {

// The directory or GGUF file that `model` means: an existing path, of which a repository's folder
// in a cache stands for its snapshot; else a name, with or without "@revision", looked up in the
// caches (hub_cache.h): a hub id "org/name" or its web address, a short name (small, medium,
// stereo-large, …: facebook/musicgen-…), or the name of a model of facebook's alone
// (musicgen-small). "demo" and nothing mean the demo model (demo_model.h). Throws Error(kBadInput)
// saying where it looked.
std::string FindModel(const std::string& model);
// The directory or file of a LoRA adapter, likewise; hub ids alone are looked up.
std::string FindAdapter(const std::string& adapter);

}  // namespace musicgen::model
