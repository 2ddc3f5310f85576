// Handles of the C interface that are given back, and its failures as exceptions. What stands in
// musicgen::detail is for the headers beside this one.
#pragma once

#include <string>
#include <utility>

#include "musicgen/error.hpp"
#include "musicgen/musicgen.h"

namespace musicgen::detail {

// Throws the failure that this thread has just been told of; `what` begins its sentence.
inline void Check(mg_status status, const char* what = nullptr) {
  if (status == MG_OK) return;
  const std::string sentence = mg_last_error();
  throw Error(static_cast<ErrorCode>(status),
              what == nullptr ? sentence : std::string(what) + ": " + sentence);
}

template <class T, void (*kFree)(T*)>
class Handle {
 public:
  Handle() = default;
  ~Handle() { kFree(handle_); }
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }

  T* get() const { return handle_; }
  // Where a function puts a new handle; the one before is given back.
  T** out() {
    kFree(std::exchange(handle_, nullptr));
    return &handle_;
  }

 private:
  T* handle_ = nullptr;
};

using BytesHandle = Handle<mg_bytes, mg_bytes_free>;
using StringsHandle = Handle<mg_strings, mg_strings_free>;
using DevicesHandle = Handle<mg_devices, mg_devices_free>;
using WaveformHandle = Handle<mg_waveform, mg_waveform_free>;
using NormalizationHandle = Handle<mg_normalization, mg_normalization_free>;
using EncodingHandle = Handle<mg_encoding, mg_encoding_free>;
using EncoderHandle = Handle<mg_encoder, mg_encoder_free>;
using CodesHandle = Handle<mg_codes, mg_codes_free>;
using CodesFileHandle = Handle<mg_codes_file, mg_codes_file_free>;
using ChromaHandle = Handle<mg_chroma, mg_chroma_free>;
using ModelOptionsHandle = Handle<mg_model_options, mg_model_options_free>;
using ModelHandle = Handle<mg_model, mg_model_free>;
using RequestHandle = Handle<mg_request, mg_request_free>;
using GenerateOptionsHandle = Handle<mg_generate_options, mg_generate_options_free>;
using ResultsHandle = Handle<mg_results, mg_results_free>;
using SessionHandle = Handle<mg_session, mg_session_free>;
using SteeringHandle = Handle<mg_steering, mg_steering_free>;
using EventsHandle = Handle<mg_events, mg_events_free>;
using ScoreHandle = Handle<mg_score, mg_score_free>;
using SeparatorHandle = Handle<mg_separator, mg_separator_free>;
using SeparationHandle = Handle<mg_separation, mg_separation_free>;
using StyleHandle = Handle<mg_style, mg_style_free>;

}  // namespace musicgen::detail
