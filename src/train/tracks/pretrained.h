// A model's files as the beginning of training.
#pragma once

#include <string>

#include "model/model_files.h"
#include "train/lm/lm_model.h"

namespace musicgen::train {

// What is wanted of the model beyond its files.
struct PretrainedOptions {
  bool stereo = false;              // make a stereo model of a mono one
  bool train_text_encoder = false;  // else T5 is frozen and its projection alone is trained
};

// The configuration of the model to train. Stereo has twice the codebooks, left and right in turns,
// each pair delayed as the one that it comes from. Throws Error(kBadInput) for models that cannot
// be trained here: those with a melody, of other codebook patterns than growing delays, stereo ones
// where a mono one is asked for.
LmModelConfig PretrainedConfig(const model::ModelFiles& files, const PretrainedOptions& options);

// Fills the model, made with that configuration, from the files; of a mono model's tables and
// heads, stereo codebook k takes those of k / 2. Throws Error(kBadInput).
void LoadPretrained(const model::ModelFiles& files, LmModel& model);
// The text encoder alone.
void LoadTextEncoder(const model::ModelFiles& files, LmModel& model);

}  // namespace musicgen::train
