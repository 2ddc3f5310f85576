#include "generate/request_check.h"

#include <cmath>

#include "base/error.h"
#include "types/frames.h"

namespace musicgen::generate {
namespace {

constexpr double kLeastExcerptS = 400.0 / 24000;  // a frame of MERT's
constexpr double kMostExcerptS = 30.0;

void CheckRange(const char* name, double value, double low, double high) {
  if (!(value >= low && value <= high)) {  // also refuses NaN
    ThrowBadInput(name, ": expected a number from ", low, " to ", high, ", found ", value);
  }
}

void CheckPrompt(const std::string& prompt) {
  if (prompt.size() <= kMaxPromptBytes) return;
  ThrowBadInput("prompt: expected at most ", kMaxPromptBytes, " bytes, found ", prompt.size());
}

void CheckStyle(const GenerationRequest& request, const model::ModelFiles& files) {
  const StyleParams& params = request.params.style;
  if (!files.style) {
    const char* name = request.style      ? "style"
                       : params.eval_q    ? "style_eval_q"
                       : params.excerpt_s ? "style_excerpt"
                       : params.start_s   ? "style_start"
                       : params.ds_factor ? "ds_factor"
                                          : nullptr;
    if (name == nullptr) return;
    ThrowBadInput(
        name, ": expected a style model, found ", Printable(files.directory),
        files.melody ? ", which follows a melody instead (--melody)" : ", which takes text alone");
  }
  if (request.melody) {
    ThrowBadInput("melody: expected a melody model, found ", Printable(files.directory),
                  ", which follows a style instead (--style)");
  }
  const auto codebooks = static_cast<double>(files.style->config.codebooks);
  if (params.eval_q) CheckRange("style_eval_q", static_cast<double>(*params.eval_q), 1, codebooks);
  if (params.excerpt_s) {
    CheckRange("style_excerpt", *params.excerpt_s, kLeastExcerptS, kMostExcerptS);
  }
  if (params.start_s) CheckRange("style_start", *params.start_s, 0, kMaxDurationS);
  if (params.ds_factor) CheckRange("ds_factor", static_cast<double>(*params.ds_factor), 1, 1000);
}

}  // namespace

double ExtendStride(const GenerationParams& params, double window_s) {
  constexpr double kAudioCraftStride = 18.0, kShare = 0.6;
  if (params.extend_stride_s) return *params.extend_stride_s;
  return kAudioCraftStride < window_s ? kAudioCraftStride : kShare * window_s;
}

void CheckSteering(const Steering& steering) {
  if (steering.prompt) CheckPrompt(*steering.prompt);
  if (steering.temperature) CheckRange("temperature", *steering.temperature, 0.0, 1e6);
  if (steering.top_k) CheckRange("top_k", static_cast<double>(*steering.top_k), 0.0, 1e9);
  if (steering.top_p) CheckRange("top_p", *steering.top_p, 0.0, 1.0);
  if (steering.cfg_coef) CheckRange("cfg_coef", *steering.cfg_coef, -1e3, 1e3);
}

void CheckRequest(const GenerationRequest& request, const model::ModelFiles& files) {
  const GenerationParams& params = request.params;
  if (request.prompt) CheckPrompt(*request.prompt);
  const int64_t rate = files.codec.frame_rate();
  const bool endless = params.duration_s == kEndless;
  if (!endless) {
    CheckRange("duration", params.duration_s, 1.0 / static_cast<double>(rate), kMaxDurationS);
    if (FramesOf(params.duration_s, rate) < 1) {
      ThrowBadInput("duration: expected at least one frame of 1/", rate, " s, found ",
                    params.duration_s);
    }
  }
  const double window_s = params.max_duration_s.value_or(files.max_duration_s);
  CheckRange("max_duration", window_s, 2.0 / static_cast<double>(rate), kMaxDurationS);
  const int64_t window = FramesOf(window_s, rate);
  const double stride_s = ExtendStride(params, window_s);
  if ((endless || FramesOf(params.duration_s, rate) > window) &&
      !(stride_s < window_s && FramesOf(stride_s, rate) >= 1 &&
        FramesOf(stride_s, rate) < window)) {
    ThrowBadInput("extend_stride: expected at least one frame and less than max_duration ",
                  window_s, " s, found ", stride_s);
  }
  CheckStyle(request, files);
  if (request.melody && !files.melody) {
    ThrowBadInput("melody: expected a melody model, found ", Printable(files.directory),
                  ", which takes text alone");
  }
  if (params.cfg_coef_beta) CheckRange("cfg_coef_beta", *params.cfg_coef_beta, -1e3, 1e3);
  CheckSteering(
      {std::nullopt, params.cfg_coef, params.temperature, params.top_k, params.top_p, {}});
}

void CheckCodes(const Codes& codes, const model::ModelFiles& files) {
  const lm::LmConfig& config = files.lm;
  if (codes.codebooks != config.codebooks) {
    ThrowBadInput("codes: expected ", config.codebooks, " codebooks as the model has, found ",
                  codes.codebooks);
  }
  if (codes.frames < 1) ThrowBadInput("codes: expected at least one frame, found none");
  for (int64_t k = 0; k < codes.codebooks; ++k) {
    for (int64_t t = 0; t < codes.frames; ++t) {
      const int32_t code = codes.at(k, t);
      if (code < 0 || code >= config.codebook_size) {
        ThrowBadInput("codes: codebook ", k, ", frame ", t, ": expected a code from 0 to ",
                      config.codebook_size - 1, ", found ", code);
      }
    }
  }
}

}  // namespace musicgen::generate
