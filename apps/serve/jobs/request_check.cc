#include "serve/jobs/request_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "musicgen/frames.hpp"
#include "serve/http/failure.h"

namespace musicgen::serve {
namespace {

constexpr double kRoundingFrames = 1e-6;

std::string Text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", number);
  return text;
}

[[noreturn]] void RefuseField(const std::string& param, const std::string& expected,
                              const std::string& found) {
  Refuse(400, "invalid_value", param + ": expected " + expected + ", found " + found, param);
}

void CheckRange(const char* param, double value, double low, double high) {
  if (value >= low && value <= high) return;  // also refuses NaN
  RefuseField(param, "a number from " + Text(low) + " to " + Text(high), Text(value));
}

// Of UTF-8: what is no continuation byte begins one.
size_t Characters(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void CheckPrompt(const std::optional<std::string>& prompt, const JobLimits& limits) {
  if (!prompt) return;
  constexpr size_t kMostBytes = 1 << 16;  // as the library has it
  if (prompt->size() > kMostBytes) {
    RefuseField("input", "at most " + std::to_string(kMostBytes) + " bytes",
                std::to_string(prompt->size()));
  }
  if (const size_t found = Characters(*prompt); found > limits.prompt_characters) {
    RefuseField("input", "at most " + std::to_string(limits.prompt_characters) + " characters",
                std::to_string(found));
  }
  if (prompt->find('\0') != std::string::npos) {
    RefuseField("input", "text", "a character U+0000 in it");
  }
}

void CheckWindow(const GenerationParams& params, const ModelInfo& info) {
  const double window_s = params.max_duration_s.value_or(info.max_duration_s);
  const auto rate = static_cast<double>(info.frame_rate_hz);
  // The model's own is the longest that it was trained for, and what memory is counted by.
  CheckRange("max_duration", window_s, 2.0 / rate, std::max(info.max_duration_s, 2.0 / rate));
  if (!params.extend_stride_s || params.duration_s <= window_s) return;
  const int64_t stride = FramesOf(*params.extend_stride_s, info.frame_rate_hz);
  if (*params.extend_stride_s > 0 && stride >= 1 &&
      stride < FramesOf(window_s, info.frame_rate_hz)) {
    return;
  }
  RefuseField("extend_stride",
              "at least one frame of 1/" + std::to_string(info.frame_rate_hz) +
                  " s and less than max_duration, " + Text(window_s) + " s",
              Text(*params.extend_stride_s));
}

void CheckDuration(const JobRequest& order, const ModelInfo& info, const JobLimits& limits) {
  const GenerationParams& params = order.request.params;
  if (params.duration_s == kEndless) {
    if (order.stream) return;
    RefuseField("audio_length", "a number of seconds where nothing is streamed", "none");
  }
  CheckRange("audio_length", params.duration_s, 1.0 / static_cast<double>(info.frame_rate_hz),
             limits.duration_s);
  if (FramesOf(params.duration_s, info.frame_rate_hz) < 1) {
    RefuseField("audio_length", "at least one frame of 1/" + std::to_string(info.frame_rate_hz),
                Text(params.duration_s) + " s");
  }
}

// The duration counts the sound that is continued.
void CheckContinued(const GenerationRequest& request, const ModelInfo& info) {
  if (!request.audio_prompt || request.params.duration_s == kEndless) return;
  const double prompt_s = request.audio_prompt->duration_s();
  const auto frames = static_cast<int64_t>(
      std::ceil(prompt_s * static_cast<double>(info.frame_rate_hz) - kRoundingFrames));
  if (frames < FramesOf(request.params.duration_s, info.frame_rate_hz)) return;
  RefuseField("audio_prompt",
              "a sound shorter than audio_length, which counts it, " +
                  Text(request.params.duration_s) + " s",
              Text(prompt_s) + " s; prompt_duration takes a part of it");
}

void CheckSound(const char* param, const std::optional<Waveform>& sound) {
  if (!sound) return;
  if (sound->samples > 0 && sound->channels > 0 && sound->sample_rate_hz > 0) return;
  RefuseField(param, "a sound", "none in it");
}

// The sound that is followed, as a melody or in its style.
void CheckFollowed(const JobRequest& order, const ModelInfo& info) {
  const std::string found = (order.model.empty() ? "the first model" : order.model) +
                            (info.model_type == "musicgen_melody"  ? ", which follows a melody"
                             : info.model_type == "musicgen_style" ? ", which follows a style"
                                                                   : ", which takes text alone");
  if (order.request.melody && info.model_type != "musicgen_melody") {
    RefuseField("melody", "a model that follows melodies", found);
  }
  const StyleParams& style = order.request.params.style;
  const bool is_style = info.model_type == "musicgen_style";
  const char* param = order.request.style ? "style"
                      : style.eval_q      ? "style_eval_q"
                      : style.excerpt_s   ? "style_excerpt"
                      : style.start_s     ? "style_start"
                                          : nullptr;
  if (param != nullptr && !is_style) RefuseField(param, "a model that follows styles", found);
  if (style.eval_q) {
    CheckRange("style_eval_q", static_cast<double>(*style.eval_q), 1,
               static_cast<double>(info.style.codebooks));
  }
  if (style.excerpt_s) CheckRange("style_excerpt", *style.excerpt_s, 1.0 / 60, 30);
  const std::optional<double>& beta = order.request.params.cfg_coef_beta;
  if (beta) CheckRange("cfg_coef_beta", *beta, -1e3, 1e3);
  CheckSound("melody", order.request.melody);
  CheckSound("style", order.request.style);
}

}  // namespace

void CheckOrder(const JobRequest& order, const ModelInfo& info, const JobLimits& limits) {
  const GenerationParams& params = order.request.params;
  CheckPrompt(order.request.prompt, limits);
  CheckRange("n", order.takes, 1, limits.takes);
  CheckDuration(order, info, limits);
  CheckWindow(params, info);
  CheckSteering({std::nullopt, params.cfg_coef, params.temperature, params.top_k, params.top_p, {}},
                limits);
  CheckFollowed(order, info);
  CheckSound("audio_prompt", order.request.audio_prompt);
  CheckContinued(order.request, info);
}

void CheckSteering(const Steering& steering, const JobLimits& limits) {
  CheckPrompt(steering.prompt, limits);
  if (steering.cfg_coef) CheckRange("guidance_scale", *steering.cfg_coef, -1e3, 1e3);
  if (steering.temperature) CheckRange("temperature", *steering.temperature, 0.0, 1e6);
  if (steering.top_k) CheckRange("top_k", static_cast<double>(*steering.top_k), 0.0, 1e9);
  if (steering.top_p) CheckRange("top_p", *steering.top_p, 0.0, 1.0);
  if (steering.at_step) {
    CheckRange("at_step", static_cast<double>(*steering.at_step), 0.0, 1e15);
  }
}

}  // namespace musicgen::serve
