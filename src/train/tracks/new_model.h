// A language model to train from the beginning, with a codec and a T5 of others.
#pragma once

#include "checkpoint/config.h"
#include "model/model_files.h"
#include "train/lm/lm_model.h"

namespace musicgen::train {

// compression_model_checkpoint: directory of an EnCodec; conditioners.description.t5.name: that of
// a T5; interleave_stereo_codebooks.use: stereo. The files of a model without a language model: its
// configuration is that of the settings' transformer_lm. Throws Error(kBadInput).
model::ModelFiles OpenParts(const checkpoint::Config& settings);

}  // namespace musicgen::train
