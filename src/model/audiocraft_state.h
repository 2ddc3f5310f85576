// What a file that AudioCraft exports holds: a configuration and a state dict.
#pragma once

#include <memory>
#include <string>

#include "checkpoint/config.h"
#include "checkpoint/tensor_source.h"
#include "checkpoint/torch_file.h"

namespace musicgen::model {

struct AudioCraftState {
  std::string xp_cfg;
  checkpoint::Config xp;  // of xp_cfg
  std::shared_ptr<const checkpoint::TensorSource> tensors;
};

// Throws Error(kBadInput).
AudioCraftState ReadAudioCraftState(const std::shared_ptr<const checkpoint::TorchFile>& file);

}  // namespace musicgen::model
