// AudioCraft's training configurations (`xp.cfg`, YAML) as the settings of our stages. Every switch
// whose value differs from what is implemented is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "checkpoint/config.h"
#include "codec/codec_config.h"
#include "conditioning/melody_config.h"
#include "conditioning/style_config.h"
#include "lm/lm_config.h"

namespace musicgen::model {

struct AudioCraftConfig {
  lm::LmConfig lm;
  int64_t sample_rate_hz = 32000;
  double max_duration_s = 30.0;                      // of one window: dataset.segment_duration
  double cfg_coef = 3.0;                             // classifier_free_guidance.inference_coef
  std::string t5_name;                               // a hub id, a short name or a path
  std::optional<conditioning::MelodyConfig> melody;  // melody models
  std::optional<conditioning::StyleConfig> style;    // style models; sizes are the tensors' to say
};

// `xp` is the configuration of a language model. Throws Error(kBadInput).
AudioCraftConfig ReadAudioCraftConfig(const checkpoint::Config& xp);

// `xp` is that of a compression model. Throws Error(kBadInput).
codec::CodecConfig ReadAudioCraftCodecConfig(const checkpoint::Config& xp);

}  // namespace musicgen::model
