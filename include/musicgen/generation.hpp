// What is asked for and what comes back.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "musicgen/codes.hpp"
#include "musicgen/stems.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen {

// A duration of music that goes on until it is cancelled, in windows, with memory that does not
// grow.
inline constexpr double kEndless = std::numeric_limits<double>::infinity();

// How a model is meant to be sampled: its generation_config.json, else these, which hold for all
// published models.
struct SamplingDefaults {
  double temperature = 1.0;
  int64_t top_k = 250;
  double top_p = 0.0;
  double cfg_coef = 3.0;
};

// How the style of a sound is taken. What is not given is the model's (ModelInfo::style).
struct StyleParams {
  // Codebooks of the bottleneck that count: more of them follow the sound more closely.
  std::optional<int64_t> eval_q;
  std::optional<double> excerpt_s;   // so much of the sound is heard, at most 30; all of a shorter
  std::optional<double> start_s;     // where that begins; none: it is the sound's middle
  std::optional<int64_t> ds_factor;  // of so many frames, 75 a second, one vector
};

// AudioCraft's names; a duration of d seconds is int(d · frame rate) frames. What is not given is
// the model's (ModelInfo::sampling).
struct GenerationParams {
  bool use_sampling = true;  // false: the most probable code (temperature 0 means the same)
  std::optional<double> temperature;
  std::optional<int64_t> top_k;    // 0: no limit; ties at the threshold stay
  std::optional<double> top_p;     // > 0: nucleus sampling, and top_k is ignored
  std::optional<double> cfg_coef;  // 1: no guidance
  bool two_step_cfg = false;
  // The weight of the text beside a style or melody, inside the guidance that cfg_coef is (double
  // guidance): with both, logits = null + cfg_coef · (sound + beta · (text and sound − sound) −
  // null); with text alone cfg_coef becomes cfg_coef · beta. 1: as if there were none. Given, it
  // makes two_step_cfg count for nothing. Not given: 5 for text and style without two_step_cfg, 1
  // for all others.
  std::optional<double> cfg_coef_beta;
  double duration_s = 10.0;  // of the whole result, an audio prompt included; kEndless: none
  // Longer pieces are made in windows of max_duration_s (the model's own by default, 30 s for the
  // published ones); each begins extend_stride_s after the one before: by default 18 s, or 0.6 of a
  // window that is not longer.
  std::optional<double> max_duration_s;
  std::optional<double> extend_stride_s;
  uint64_t seed = 0;
  uint32_t take = 0;  // counts the results of one request that share a seed
  StyleParams style;
  StemsMode stems = StemsMode::kAuto;  // of a melody
};

struct GenerationRequest {
  std::optional<std::string> prompt;  // none: unconditional
  GenerationParams params;
  std::optional<Waveform> melody;        // of any rate and channels; melody models only
  std::optional<Waveform> audio_prompt;  // continued: of any rate and channels
  std::optional<Waveform> style;         // followed: of any rate and channels; style models only
};

struct GenerationProgress {
  int64_t steps_done = 0;   // the model calls made so far (Model::Generate: of all its requests)
  int64_t steps_total = 0;  // 0 for a request without end
};

struct GenerationResult {
  Codes codes;     // [K, T]; of a request that was stopped the frames that were made
  Waveform audio;  // [C, 640·T], not normalised, may exceed ±1; empty when no audio was asked
                   // for, and of a request that was stopped
  bool complete = true;  // false: it was stopped
};

}  // namespace musicgen
