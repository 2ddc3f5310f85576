#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "c_api/arguments.h"
#include "musicgen/generation.hpp"
#include "musicgen/musicgen.h"

namespace musicgen::c_api {

struct RequestState {
  std::optional<std::string> prompt;
  GenerationParams params;
  std::shared_ptr<const Waveform> melody, audio_prompt, style;
};

}  // namespace musicgen::c_api

struct mg_request {
  static constexpr char kName[] = "mg_request";
  musicgen::c_api::Locked<musicgen::c_api::RequestState> state;
};

namespace musicgen::c_api {

GenerationRequest RequestOf(const mg_request* request);
std::vector<GenerationRequest> RequestsOf(const mg_request* const* requests, size_t count);

}  // namespace musicgen::c_api
