// What is asked for and what comes back.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "musicgen/codes.hpp"
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

// AudioCraft's names; a duration of d seconds is int(d · frame rate) frames. What is not given is
// the model's (ModelInfo::sampling).
struct GenerationParams {
  bool use_sampling = true;  // false: the most probable code (temperature 0 means the same)
  std::optional<double> temperature;
  std::optional<int64_t> top_k;    // 0: no limit; ties at the threshold stay
  std::optional<double> top_p;     // > 0: nucleus sampling, and top_k is ignored
  std::optional<double> cfg_coef;  // 1: no guidance
  bool two_step_cfg = false;
  double duration_s = 10.0;  // of the whole result, an audio prompt included; kEndless: none
  // Longer pieces are made in windows of max_duration_s (the model's own by default, 30 s for the
  // published ones); each begins extend_stride_s after the one before: by default 18 s, or 0.6 of a
  // window that is not longer.
  std::optional<double> max_duration_s;
  std::optional<double> extend_stride_s;
  uint64_t seed = 0;
  uint32_t take = 0;  // counts the results of one request that share a seed
};

struct GenerationRequest {
  std::optional<std::string> prompt;  // none: unconditional
  GenerationParams params;
  std::optional<Waveform> melody;        // of any rate and channels; melody models only
  std::optional<Waveform> audio_prompt;  // continued: of any rate and channels
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
