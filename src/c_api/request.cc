#include "c_api/request.h"

#include "c_api/guard.h"
#include "c_api/waveform.h"

using namespace musicgen;
using namespace musicgen::c_api;

namespace musicgen::c_api {
namespace {

template <class Change>
mg_status Set(mg_request* request, const Change& change) {
  return Guard([&] { Get(request)->state.Set(change); });
}

// A field of the parameters.
template <class T, class Given>
mg_status SetParam(mg_request* request, T GenerationParams::*field, Given value) {
  return Set(request, [&](RequestState& state) { state.params.*field = value; });
}

template <class T, class Given>
mg_status SetStyle(mg_request* request, T StyleParams::*field, Given value) {
  return Set(request, [&](RequestState& state) { state.params.style.*field = value; });
}

std::shared_ptr<const Waveform> SoundOrNone(const mg_waveform* wave) {
  const auto found = GetOrNull(wave);
  return found == nullptr ? nullptr : found->sound;
}

}  // namespace

GenerationRequest RequestOf(const mg_request* request) {
  const RequestState state = Get(request)->state.Copy();
  GenerationRequest made;
  made.prompt = state.prompt;
  made.params = state.params;
  if (state.melody != nullptr) made.melody = *state.melody;
  if (state.audio_prompt != nullptr) made.audio_prompt = *state.audio_prompt;
  if (state.style != nullptr) made.style = *state.style;
  return made;
}

std::vector<GenerationRequest> RequestsOf(const mg_request* const* requests, size_t count) {
  constexpr size_t kMost = 1 << 20;
  if (count < 1 || count > kMost) {
    ThrowBadInput("requests: expected from 1 to ", kMost, ", found ", count);
  }
  if (requests == nullptr) ThrowBadInput("requests: expected ", count, " handles, found NULL");
  std::vector<GenerationRequest> made;
  made.reserve(count);
  for (size_t i = 0; i < count; ++i) made.push_back(RequestOf(requests[i]));
  return made;
}

}  // namespace musicgen::c_api

mg_status mg_request_new(mg_request** out) {
  return Create(out, [] { return std::make_shared<mg_request>(); });
}

mg_status mg_request_set_prompt(mg_request* request, const char* prompt) {
  return Set(request, [&](RequestState& state) {
    if (prompt == nullptr) {
      state.prompt.reset();
    } else {
      state.prompt = prompt;
    }
  });
}

mg_status mg_request_set_melody(mg_request* request, const mg_waveform* melody) {
  return Guard([&] {
    const auto sound = SoundOrNone(melody);
    Get(request)->state.Set([&](RequestState& state) { state.melody = sound; });
  });
}

mg_status mg_request_set_audio_prompt(mg_request* request, const mg_waveform* prompt) {
  return Guard([&] {
    const auto sound = SoundOrNone(prompt);
    Get(request)->state.Set([&](RequestState& state) { state.audio_prompt = sound; });
  });
}

mg_status mg_request_set_style(mg_request* request, const mg_waveform* style) {
  return Guard([&] {
    const auto sound = SoundOrNone(style);
    Get(request)->state.Set([&](RequestState& state) { state.style = sound; });
  });
}

mg_status mg_request_set_style_eval_q(mg_request* request, int64_t eval_q) {
  return SetStyle(request, &StyleParams::eval_q, eval_q);
}

mg_status mg_request_set_style_excerpt_s(mg_request* request, double seconds) {
  return SetStyle(request, &StyleParams::excerpt_s, seconds);
}

mg_status mg_request_set_style_start_s(mg_request* request, double seconds) {
  return SetStyle(request, &StyleParams::start_s, seconds);
}

mg_status mg_request_set_style_ds_factor(mg_request* request, int64_t ds_factor) {
  return SetStyle(request, &StyleParams::ds_factor, ds_factor);
}

mg_status mg_request_set_stems(mg_request* request, mg_stems_use stems) {
  return Guard([&] {
    return SetParam(request, &GenerationParams::stems, EnumOf("stems", stems, StemsMode::kOff));
  });
}

mg_status mg_request_set_duration_s(mg_request* request, double seconds) {
  return SetParam(request, &GenerationParams::duration_s, seconds);
}

mg_status mg_request_set_endless(mg_request* request) {
  return SetParam(request, &GenerationParams::duration_s, kEndless);
}

mg_status mg_request_set_use_sampling(mg_request* request, int32_t use_sampling) {
  return Guard([&] {
    return SetParam(request, &GenerationParams::use_sampling, Flag("use_sampling", use_sampling));
  });
}

mg_status mg_request_set_temperature(mg_request* request, double temperature) {
  return SetParam(request, &GenerationParams::temperature, temperature);
}

mg_status mg_request_set_top_k(mg_request* request, int64_t top_k) {
  return SetParam(request, &GenerationParams::top_k, top_k);
}

mg_status mg_request_set_top_p(mg_request* request, double top_p) {
  return SetParam(request, &GenerationParams::top_p, top_p);
}

mg_status mg_request_set_cfg_coef(mg_request* request, double cfg_coef) {
  return SetParam(request, &GenerationParams::cfg_coef, cfg_coef);
}

mg_status mg_request_set_cfg_coef_beta(mg_request* request, double beta) {
  return SetParam(request, &GenerationParams::cfg_coef_beta, beta);
}

mg_status mg_request_set_two_step_cfg(mg_request* request, int32_t two_step_cfg) {
  return Guard([&] {
    return SetParam(request, &GenerationParams::two_step_cfg, Flag("two_step_cfg", two_step_cfg));
  });
}

mg_status mg_request_set_max_duration_s(mg_request* request, double seconds) {
  return SetParam(request, &GenerationParams::max_duration_s, seconds);
}

mg_status mg_request_set_extend_stride_s(mg_request* request, double seconds) {
  return SetParam(request, &GenerationParams::extend_stride_s, seconds);
}

mg_status mg_request_set_seed(mg_request* request, uint64_t seed) {
  return SetParam(request, &GenerationParams::seed, seed);
}

mg_status mg_request_set_take(mg_request* request, uint32_t take) {
  return SetParam(request, &GenerationParams::take, take);
}

void mg_request_free(mg_request* request) { Free(request); }
