// A model's directory, opened and checked: configuration read, every tensor's name, type and shape
// compared with what the configuration asks for. No weight is read yet.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "checkpoint/config.h"
#include "checkpoint/tensor_source.h"
#include "codec/codec_config.h"
#include "conditioning/melody_config.h"
#include "conditioning/reference.h"
#include "lm/lm_config.h"
#include "text/t5_config.h"

namespace musicgen::generate {

// One stage's tensors: which source they are in and what stands before their names.
struct StageTensors {
  std::shared_ptr<const checkpoint::TensorSource> source;
  std::string prefix;
};

struct ModelFiles {
  std::string directory;
  std::string model_type;
  std::string licence;  // from the model card's front matter, or "unknown"
  std::string tokenizer_directory;
  lm::LmConfig lm;
  text::T5Config t5;
  codec::CodecConfig codec;
  std::string codec_json;  // what `codec` was read from, in transformers' words
  std::optional<conditioning::MelodyConfig> melody;  // none: conditions go through cross-attention
  double max_duration_s = 30.0;            // the window that the model was trained for
  std::optional<double> two_step_coef;     // replaces cfg_coef in two-step guidance (AudioCraft)
  conditioning::Reference dialect = conditioning::Reference::kHuggingFace;
  StageTensors lm_tensors, t5_tensors, codec_tensors;

  // Rows in front of the codes, for a text of so many tokens.
  int64_t prefix_rows(int64_t text_tokens = 64) const {
    return melody ? melody->chroma_length + text_tokens : 0;
  }
};

// A directory in the Hugging Face layout (config.json with safetensors or pytorch_model.bin) or
// AudioCraft's (state_dict.bin with compression_state_dict.bin); of a directory that holds both,
// the first. `text_encoder` and `codec`, when not empty, name directories of a T5 and an EnCodec
// that take the place of the model's own. Throws Error(kBadInput).
ModelFiles OpenModel(const std::string& directory, const std::string& text_encoder,
                     const std::string& codec);

// Language model tensors in the file, by element count.
uint64_t CountParameters(const std::vector<checkpoint::ExpectedTensor>& tensors);

}  // namespace musicgen::generate
