// The models a model consists of: weights of a directory, a T5 and an EnCodec in their own
// directories, and where a file's name for them leads.
#pragma once

#include <memory>
#include <string>

#include "model/model_files.h"

namespace musicgen::model {

// Tensors of a directory in the Hugging Face layout: safetensors first, then pytorch_model.bin.
std::shared_ptr<const checkpoint::TensorSource> OpenWeights(const std::string& directory);
bool HasWeights(const std::string& directory);

// Read a directory's config.json, check its tensors, and fill in the stage. A whole T5 will do; a
// codec is an EnCodec in the Hugging Face layout or AudioCraft's compression_state_dict.bin.
void OpenTextEncoder(const std::string& directory, ModelFiles* files);
void OpenCodec(const std::string& directory, ModelFiles* files);

// The directory that a model's file means by `name`, say "facebook/encodec_32khz" or "t5-base": the
// folder of that last name inside the model's own directory, then beside it, then what FindModel
// finds. `where` names the place in messages. Throws Error(kBadInput).
std::string FindCompanion(const std::string& model_directory, const std::string& name,
                          const std::string& where);

// The language model and the codec agree on codes. The two places are named in messages.
void CheckAgreement(const ModelFiles& files, const std::string& size_where,
                    const std::string& books_where);

}  // namespace musicgen::model
