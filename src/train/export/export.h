// A trained model as others read it.
#pragma once

#include <string>
#include <string_view>

#include "musicgen/generation.hpp"
#include "train/lm/lm_model.h"

namespace musicgen::train {

enum class ExportFormat { kHuggingFace, kAudioCraft, kGguf };

// "huggingface", "audiocraft" or "gguf". Throws Error(kBadInput).
ExportFormat ParseExportFormat(std::string_view name);

struct ExportedModel {
  // Whose weights are those to export. Rows of its heads that stood for others are copied to them
  // (train/lm/heads_loss.h), which changes no loss.
  const LmModel& model;
  std::string tokenizer_folder;
  std::string codec_folder;  // an EnCodec in the Hugging Face layout
  SamplingDefaults sampling;
  std::string card;  // README.md
};

// Writes the language model, its text encoder and the codec at f16 (vectors at f32): a folder `out`
// that is new or empty, or the GGUF file `out`; whole or not at all. AudioCraft's layout and GGUF
// are made of the Hugging Face one. The codec must have the model's codebooks. Throws Error.
void Export(const ExportedModel& exported, ExportFormat format, const std::string& out);

}  // namespace musicgen::train
