#include "generate/request_check.h"

#include <cmath>

#include "base/error.h"
#include "types/frames.h"

namespace musicgen::generate {
namespace {

void CheckRange(const char* name, double value, double low, double high) {
  if (!(value >= low && value <= high)) {  // also refuses NaN
    ThrowBadInput(name, ": expected a number from ", low, " to ", high, ", found ", value);
  }
}

}  // namespace

void CheckRequest(const GenerationRequest& request, const model::ModelFiles& files) {
  const GenerationParams& params = request.params;
  if (request.prompt && request.prompt->size() > kMaxPromptBytes) {
    ThrowBadInput("prompt: expected at most ", kMaxPromptBytes, " bytes, found ",
                  request.prompt->size());
  }
  const int64_t rate = files.codec.frame_rate();
  CheckRange("duration", params.duration_s, 1.0 / static_cast<double>(rate), kMaxDurationS);
  if (FramesOf(params.duration_s, rate) < 1) {
    ThrowBadInput("duration: expected at least one frame of 1/", rate, " s, found ",
                  params.duration_s);
  }
  const double window_s = params.max_duration_s.value_or(files.max_duration_s);
  CheckRange("max_duration", window_s, 2.0 / static_cast<double>(rate), kMaxDurationS);
  if (FramesOf(params.duration_s, rate) > FramesOf(window_s, rate) &&
      !(FramesOf(params.extend_stride_s, rate) >= 1 && params.extend_stride_s < window_s &&
        FramesOf(params.extend_stride_s, rate) < FramesOf(window_s, rate))) {
    ThrowBadInput("extend_stride: expected at least one frame and less than max_duration ",
                  window_s, " s, found ", params.extend_stride_s);
  }
  if (request.melody && !files.melody) {
    ThrowBadInput("melody: expected a melody model, found ", Printable(files.directory),
                  ", which takes text alone");
  }
  CheckRange("temperature", params.temperature, 0.0, 1e6);
  CheckRange("top_k", static_cast<double>(params.top_k), 0.0, 1e9);
  CheckRange("top_p", params.top_p, 0.0, 1.0);
  CheckRange("cfg_coef", params.cfg_coef, -1e3, 1e3);
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
