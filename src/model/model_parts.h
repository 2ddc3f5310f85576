// What the files of each stage say, before model_files.h puts the stages together.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/side_files.h"
#include "checkpoint/tensor_source.h"
#include "codec/codec_config.h"
#include "conditioning/melody_config.h"
#include "conditioning/reference.h"
#include "conditioning/style_config.h"
#include "lm/lm_config.h"
#include "musicgen/generation.hpp"
#include "text/t5_config.h"

namespace musicgen::model {

inline constexpr char kConfigFile[] = "config.json";

// One stage's tensors: which source they are in and what stands before their names.
struct StageTensors {
  std::shared_ptr<const checkpoint::TensorSource> source;
  std::string prefix;
};

// A stage that a model's files name instead of holding it ("t5-base"), where they do, and the
// option that names another.
struct Companion {
  std::string name, where, option;
};

// What conditions on a sound's style: its numbers, and the name of the MERT that hears it.
struct StylePart {
  conditioning::StyleConfig config;
  Companion mert;
};

// The language model and the projections of its conditions.
struct LmPart {
  std::string model_type;  // "musicgen", "musicgen_melody" or "musicgen_style"
  lm::LmConfig config;
  std::optional<conditioning::MelodyConfig> melody;
  std::optional<StylePart> style;
  double max_duration_s = 30.0;
  SamplingDefaults sampling;
  std::optional<double> two_step_coef;
  conditioning::Reference dialect = conditioning::Reference::kHuggingFace;
  std::string xp_cfg;  // AudioCraft's configuration; empty where it is transformers'
  StageTensors tensors;
  // What the codec must agree with, and how messages name where the model says so.
  std::optional<int64_t> sample_rate_hz;
  std::string size_where, books_where, rate_where;
  Companion text_encoder, codec;   // of AudioCraft's files
  std::vector<std::string> notes;  // what the user should know of the files
};

struct TextPart {
  text::T5Config config;
  StageTensors tensors;
  std::shared_ptr<const checkpoint::SideFiles> tokenizer_files;
  std::vector<std::string> notes;
};

struct CodecPart {
  codec::CodecConfig config;
  StageTensors tensors;
  std::shared_ptr<const checkpoint::SideFiles> files;  // with config.json; null: AudioCraft's
  std::vector<std::string> notes;
};

}  // namespace musicgen::model
