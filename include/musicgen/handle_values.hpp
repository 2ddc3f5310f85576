// Plain values to handles of the C interface and back.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "musicgen/chroma.hpp"
#include "musicgen/codes.hpp"
#include "musicgen/generation.hpp"
#include "musicgen/handle.hpp"
#include "musicgen/model_options.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen::detail {

// The C interface takes sizes at their word.
inline void CheckSize(const std::string& what, const char* rows_name, int64_t rows,
                      const char* columns_name, int64_t columns, size_t values) {
  if (rows < 0 || columns < 0) return;  // which it refuses itself
  const bool fits = columns == 0 || rows <= std::numeric_limits<int64_t>::max() / columns;
  if (fits && static_cast<uint64_t>(rows * columns) == values) return;
  throw Error(ErrorCode::kBadInput, what + ": expected as many values as " + std::to_string(rows) +
                                        " " + rows_name + " of " + std::to_string(columns) + " " +
                                        columns_name + " have, found " + std::to_string(values));
}

inline const char* CString(const char* what, const std::string& text) {
  if (text.find('\0') == std::string::npos) return text.c_str();
  throw Error(ErrorCode::kBadInput, std::string(what) + ": expected text, found a NUL in it");
}

inline WaveformHandle ToHandle(const char* what, const Waveform& wave) {
  CheckSize(what, "channels", wave.channels, "samples", wave.samples, wave.values.size());
  WaveformHandle handle;
  Check(mg_waveform_new(wave.values.data(), wave.sample_rate_hz, wave.channels, wave.samples,
                        handle.out()),
        what);
  return handle;
}

inline CodesHandle ToHandle(const Codes& codes) {
  CheckSize("codes", "codebooks", codes.codebooks, "frames", codes.frames, codes.values.size());
  CodesHandle handle;
  Check(mg_codes_new(codes.values.data(), codes.codebooks, codes.frames, handle.out()));
  return handle;
}

inline Waveform FromHandle(const WaveformHandle& handle) {
  Waveform wave;
  wave.sample_rate_hz = mg_waveform_sample_rate_hz(handle.get());
  wave.channels = mg_waveform_channels(handle.get());
  wave.samples = mg_waveform_samples(handle.get());
  if (const float* values = mg_waveform_data(handle.get())) {
    wave.values.assign(values, values + wave.channels * wave.samples);
  }
  return wave;
}

inline Codes FromHandle(const CodesHandle& handle) {
  Codes codes;
  codes.codebooks = mg_codes_codebooks(handle.get());
  codes.frames = mg_codes_frames(handle.get());
  if (const int32_t* values = mg_codes_data(handle.get())) {
    codes.values.assign(values, values + codes.codebooks * codes.frames);
  }
  return codes;
}

inline std::vector<uint8_t> FromHandle(const BytesHandle& handle) {
  const uint8_t* data = mg_bytes_data(handle.get());
  return {data, data + mg_bytes_size(handle.get())};
}

inline ModelOptionsHandle ToHandle(const ModelOptions& options) {
  ModelOptionsHandle handle;
  Check(mg_model_options_new(options.model.c_str(), handle.out()));
  mg_model_options* raw = handle.get();
  Check(mg_model_options_set_text_encoder(raw, options.text_encoder.c_str()));
  Check(mg_model_options_set_codec(raw, options.codec.c_str()));
  Check(mg_model_options_set_style_encoder(raw, options.style_encoder.c_str()));
  Check(mg_model_options_set_demucs(raw, options.demucs.c_str()));
  for (const LoraFile& lora : options.loras) {
    Check(mg_model_options_add_lora(raw, lora.path.c_str(), lora.strength));
  }
  Check(mg_model_options_set_precision(raw, static_cast<mg_precision>(options.precision)));
  Check(mg_model_options_set_reference(raw, static_cast<mg_reference>(options.reference)));
  Check(mg_model_options_set_strict(raw, options.strict ? 1 : 0));
  Check(mg_model_options_set_threads(raw, options.threads));
  Check(mg_model_options_set_device(raw, options.device.c_str()));
  Check(mg_model_options_set_max_streams(raw, options.max_streams));
  Check(mg_model_options_set_cache_bytes(raw, options.cache_bytes));
  return handle;
}

inline bool IsNothing(const Waveform& wave) {
  return wave.sample_rate_hz == 0 && wave.channels == 0 && wave.samples == 0 && wave.values.empty();
}

inline RequestHandle ToHandle(const GenerationRequest& request) {
  RequestHandle handle;
  Check(mg_request_new(handle.out()));
  mg_request* raw = handle.get();
  if (request.prompt) Check(mg_request_set_prompt(raw, CString("prompt", *request.prompt)));
  const GenerationParams& params = request.params;
  Check(mg_request_set_use_sampling(raw, params.use_sampling ? 1 : 0));
  if (params.temperature) Check(mg_request_set_temperature(raw, *params.temperature));
  if (params.top_k) Check(mg_request_set_top_k(raw, *params.top_k));
  if (params.top_p) Check(mg_request_set_top_p(raw, *params.top_p));
  Check(mg_request_set_duration_s(raw, params.duration_s));
  if (params.cfg_coef) Check(mg_request_set_cfg_coef(raw, *params.cfg_coef));
  if (params.cfg_coef_beta) Check(mg_request_set_cfg_coef_beta(raw, *params.cfg_coef_beta));
  const StyleParams& style = params.style;
  if (style.eval_q) Check(mg_request_set_style_eval_q(raw, *style.eval_q));
  if (style.excerpt_s) Check(mg_request_set_style_excerpt_s(raw, *style.excerpt_s));
  if (style.start_s) Check(mg_request_set_style_start_s(raw, *style.start_s));
  if (style.ds_factor) Check(mg_request_set_style_ds_factor(raw, *style.ds_factor));
  Check(mg_request_set_stems(raw, static_cast<mg_stems_use>(params.stems)));
  Check(mg_request_set_two_step_cfg(raw, params.two_step_cfg ? 1 : 0));
  if (params.max_duration_s) Check(mg_request_set_max_duration_s(raw, *params.max_duration_s));
  if (params.extend_stride_s) Check(mg_request_set_extend_stride_s(raw, *params.extend_stride_s));
  Check(mg_request_set_seed(raw, params.seed));
  Check(mg_request_set_take(raw, params.take));
  if (request.melody) {
    Check(mg_request_set_melody(raw, ToHandle("melody", *request.melody).get()));
  }
  if (request.audio_prompt && !IsNothing(*request.audio_prompt)) {
    Check(mg_request_set_audio_prompt(raw, ToHandle("audio prompt", *request.audio_prompt).get()));
  }
  if (request.style && !IsNothing(*request.style)) {
    Check(mg_request_set_style(raw, ToHandle("style", *request.style).get()));
  }
  return handle;
}

// Handles of a batch, which the C interface takes as an array.
template <class Requests>
std::vector<RequestHandle> ToHandles(const Requests& requests) {
  std::vector<RequestHandle> handles;
  handles.reserve(requests.size());
  for (const GenerationRequest& request : requests) handles.push_back(ToHandle(request));
  return handles;
}

template <class T>
std::vector<decltype(std::declval<const T&>().get())> Raw(const std::vector<T>& handles) {
  std::vector<decltype(std::declval<const T&>().get())> raw;
  raw.reserve(handles.size());
  for (const T& handle : handles) raw.push_back(handle.get());
  return raw;
}

}  // namespace musicgen::detail
