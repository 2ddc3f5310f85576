// Between the two layouts of a model's files, without loss. `out` is a new or an empty folder, as
// new_folder.h has it: it gets all of the files or none.
#pragma once

#include <string>

namespace musicgen::generate {

// Writes the model of `directory`, which is in the Hugging Face layout, as AudioCraft's pair
// state_dict.bin and compression_state_dict.bin with the whole codec inside, and its T5 in a folder
// beside them. What has no place there (files of settings, recomputable tensors) is kept under keys
// of their own, which AudioCraft does not look at. Throws Error.
void ConvertToAudioCraft(const std::string& directory, const std::string& out);

// Writes the model of `directory`, which is AudioCraft's, in the Hugging Face layout: config.json,
// generation_config.json, preprocessor_config.json, model.safetensors and the tokenizer's files.
// `text_encoder` and `codec` as of OpenModel. Files that ConvertToAudioCraft wrote come back as
// they were. Throws Error(kBadInput) when the layout cannot express the model.
void ConvertToHuggingFace(const std::string& directory, const std::string& text_encoder,
                          const std::string& codec, const std::string& out);

}  // namespace musicgen::generate
