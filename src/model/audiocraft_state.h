// What a file that AudioCraft exports holds: a configuration and a state dict.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkpoint/config.h"
#include "checkpoint/tensor_source.h"
#include "checkpoint/torch_file.h"

namespace musicgen::model {

struct AudioCraftState {
  std::string xp_cfg, xp_where;
  checkpoint::Config xp;                                    // of xp_cfg
  std::shared_ptr<const checkpoint::TensorSource> tensors;  // under AudioCraft's own names
  std::vector<std::string> notes;                           // what the user should know
};

// Also of a solver's checkpoint whose configuration is text; of other trainers' checkpoints the
// error says what they are. Throws Error(kBadInput).
AudioCraftState ReadAudioCraftState(const std::shared_ptr<const checkpoint::TorchFile>& file);

}  // namespace musicgen::model
