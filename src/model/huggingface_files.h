// The stages of a model in the Hugging Face layout: one config.json and one set of tensors for all,
// in a directory or in our GGUF file.
#pragma once

#include <memory>
#include <string>

#include "model/model_parts.h"

namespace musicgen::model {

// `xp_cfg`, when not empty, is AudioCraft's configuration, which then comes before transformers'.
// All throw Error(kBadInput).
LmPart ReadLmPart(const checkpoint::SideFiles& files, const std::string& xp_cfg,
                  std::shared_ptr<const checkpoint::TensorSource> tensors);
TextPart ReadTextPart(const std::shared_ptr<const checkpoint::SideFiles>& files,
                      std::shared_ptr<const checkpoint::TensorSource> tensors);
CodecPart ReadCodecPart(const std::shared_ptr<const checkpoint::SideFiles>& files,
                        std::shared_ptr<const checkpoint::TensorSource> tensors);

// What a melody model's config.json and preprocessor_config.json say of its chroma.
conditioning::MelodyConfig ReadMelody(const checkpoint::SideFiles& files,
                                      const checkpoint::Config& config);

}  // namespace musicgen::model
