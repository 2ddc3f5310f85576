// A model's directory or GGUF file, opened and checked: configuration read, every tensor's name,
// type and shape compared with what the configuration asks for. No weight is read yet.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/model_parts.h"

namespace musicgen::model {

struct ModelFiles {
  std::string directory;  // or the GGUF file
  std::string model_type;
  std::string licence;  // from the model card's front matter, or "unknown"
  // The model's, with AudioCraft's configuration as kXpFile (gguf_names.h) where it is of that
  // kind; and those beside the T5 and the codec, which are the same where all stages are in one
  // place. A codec in AudioCraft's format has none: null.
  std::shared_ptr<const checkpoint::SideFiles> side_files, tokenizer_files, codec_files;
  lm::LmConfig lm;
  text::T5Config t5;
  codec::CodecConfig codec;
  // Models of one of these have their conditions in front of the codes, others in cross-attention.
  std::optional<conditioning::MelodyConfig> melody;
  std::optional<StylePart> style;
  std::string style_encoder;     // the directory of a MERT, where it is not the one that is named
  std::string demucs;            // a file or directory of HT-Demucs, where it is not looked for
  double max_duration_s = 30.0;  // the window that the model was trained for
  SamplingDefaults sampling;
  std::optional<double> two_step_coef;  // replaces cfg_coef in two-step guidance (AudioCraft)
  conditioning::Reference dialect = conditioning::Reference::kHuggingFace;
  StageTensors lm_tensors, t5_tensors, codec_tensors;  // without those that nobody needs
  std::vector<std::string> warnings;  // what the user should know of the files, a sentence each

  // Vectors of a style, as the model's own settings have them.
  int64_t style_rows() const {
    const conditioning::StyleConfig& config = style->config;
    const double frames = config.excerpt_s * conditioning::kStyleFrameRate;
    return static_cast<int64_t>(frames) / config.ds_factor + 1;
  }
  // Rows in front of the codes, for a text of so many tokens.
  int64_t prefix_rows(int64_t text_tokens = 64) const {
    if (melody) return melody->chroma_length + text_tokens;
    return style ? style_rows() + text_tokens : 0;
  }
};

// A directory in the Hugging Face layout (config.json with safetensors or pytorch_model.bin) or
// AudioCraft's (state_dict.bin with compression_state_dict.bin); of a directory that holds both,
// the first; or our GGUF file. `text_encoder` and `codec`, when not empty, name directories of a T5
// and an EnCodec that take the place of the model's own. Tensors that nobody needs are a warning,
// or with `strict` an error. Throws Error(kBadInput).
ModelFiles OpenModel(const std::string& path, const std::string& text_encoder,
                     const std::string& codec, bool strict = false);

// Whether the path is that of a GGUF file rather than a directory.
bool IsFile(const std::string& path);
// The small files of a directory or a GGUF file. Throws Error(kBadInput).
std::shared_ptr<const checkpoint::SideFiles> OpenSideFiles(const std::string& path);

// Language model tensors in the file, by element count.
uint64_t CountParameters(const std::vector<checkpoint::ExpectedTensor>& tensors);

}  // namespace musicgen::model
