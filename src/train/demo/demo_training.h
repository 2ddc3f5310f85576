// Training the demo's language model, from settings to checkpoints.
#pragma once

#include <functional>
#include <string>

#include "checkpoint/config.h"

namespace musicgen::train {

// Settings as configs/training/demo.yaml has them. In the folder `work`: tokenizer/ is made where
// it is missing, lm/ gets the checkpoint and the logs, and training goes on from a checkpoint that
// is there. stop() is asked after every update. Returns whether the planned updates are done.
// Throws Error.
bool TrainDemo(const checkpoint::Config& settings, const std::string& work,
               const std::function<bool()>& stop);

}  // namespace musicgen::train
