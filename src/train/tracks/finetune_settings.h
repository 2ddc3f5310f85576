// The settings of fine-tuning that hold where no file of them is given.
#pragma once

namespace musicgen::train {

extern const char kFineTuneSettings[];  // the text of configs/training/finetune.yaml

}  // namespace musicgen::train
