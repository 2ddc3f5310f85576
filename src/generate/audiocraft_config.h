// AudioCraft's training configurations (`xp.cfg`, YAML) as the settings of our stages. Every switch
// whose value differs from what is implemented is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/config.h"
#include "lm/lm_config.h"

namespace musicgen::generate {

// `codebooks_pattern`: the layout of codes over steps, in AudioCraft's words. Lists are filled in
// with its defaults.
struct PatternConfig {
  // "delay", "parallel", "unroll", "coarse_first" or "musiclm"
  std::string modeling = "delay";
  std::vector<int64_t> delays;      // delay, parallel, unroll: [K]; coarse_first: [K − 1]
  std::vector<int64_t> flattening;  // unroll: [K]
  int64_t group_by = 2;             // musiclm
  int64_t flatten_first = 0;        // delay
  int64_t empty_initial = 0;        // delay, parallel
};

// The melody conditioner `self_wav`.
struct ChromaConfig {
  int64_t bins = 12;
  int64_t window_exponent = 14;  // radix2_exp: windows of 2^14 samples, a quarter of that apart
  int64_t sample_rate_hz = 32000;
  bool argmax = true;    // one-hot frames
  int64_t frames = 235;  // the length every melody is brought to
};

struct AudioCraftConfig {
  lm::LmConfig lm;
  PatternConfig pattern;
  int64_t sample_rate_hz = 32000;
  double max_duration_s = 30.0;  // of one window: dataset.segment_duration
  double cfg_coef = 3.0;         // classifier_free_guidance.inference_coef
  bool two_step_cfg = false;
  std::string t5_name;                 // a hub id, a short name or a path
  std::optional<ChromaConfig> chroma;  // melody models
};

// `xp` is the configuration of a language model. Throws Error(kBadInput).
AudioCraftConfig ReadAudioCraftConfig(const checkpoint::Config& xp);

// `xp` is that of a compression model; the result is what transformers' EncodecConfig would hold,
// as JSON (codec::ReadCodecConfig reads it). Throws Error(kBadInput).
std::string EncodecJson(const checkpoint::Config& xp);

}  // namespace musicgen::generate
