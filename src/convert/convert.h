// Between the layouts of a model's files. A folder `out` is new or empty, as new_folder.h has it:
// it gets all of the files or none.
#pragma once

#include <string>

#include "base/thread_pool.h"
#include "model/model_files.h"
#include "musicgen/precision.hpp"

namespace musicgen::convert {

// Writes a model in the Hugging Face layout as AudioCraft's pair state_dict.bin and
// compression_state_dict.bin with the whole codec inside, and its T5 in a folder beside them. What
// has no place there (files of settings, recomputable tensors) is kept under keys of their own,
// which AudioCraft does not look at. Throws Error.
void ConvertToAudioCraft(const model::ModelFiles& files, ThreadPool& pool, const std::string& out);

// Writes a model of AudioCraft's files or of a GGUF file in the Hugging Face layout: config.json,
// generation_config.json, preprocessor_config.json, model.safetensors and the tokenizer's files.
// `whole`: its T5 and codec are its own. Files that were made of a Hugging Face model come back as
// they were, quantised tensors as f32. `precision` as of StoredType. Throws Error(kBadInput) when
// the layout cannot express the model.
void ConvertToHuggingFace(const model::ModelFiles& files, bool whole, Precision precision,
                          ThreadPool& pool, const std::string& out);

// Writes a model of any layout as one GGUF file, tensor by tensor. `precision` as of StoredType.
// Throws Error.
void ConvertToGguf(const model::ModelFiles& files, Precision precision, ThreadPool& pool,
                   const std::string& out);

}  // namespace musicgen::convert
