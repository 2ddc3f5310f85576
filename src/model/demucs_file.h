// One file of an HT-Demucs, of either container: its arguments and its tensors, unchecked.
#pragma once

#include <memory>
#include <string>

#include "checkpoint/tensor_source.h"
#include "checkpoint/torch_file.h"
#include "separation/ht_demucs_config.h"

namespace musicgen::model {

struct DemucsFile {
  separation::HtDemucsConfig config;
  std::shared_ptr<const checkpoint::TensorSource> tensors;
};

// demucs' torch package {klass, args, kwargs, state, …}. Where the file's name ends in "-" and
// eight hexadecimal digits, its SHA-256 begins with them (builds that cannot download do not look).
// Throws Error(kBadInput).
DemucsFile OpenDemucsPackage(const std::string& path);

// The same of a file that is open and whose name says nothing.
DemucsFile ReadDemucsPackage(const std::shared_ptr<const checkpoint::TorchFile>& file);

// safetensors with demucs' metadata (klass, args, kwargs); without any, the published arguments.
// Throws Error(kBadInput).
DemucsFile OpenDemucsSafetensors(const std::string& path);

}  // namespace musicgen::model
