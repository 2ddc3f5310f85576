// What is asked of a session, and what it tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "musicgen/error.hpp"
#include "musicgen/generation.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen {

// Counts the requests of a model from 1.
using RequestId = uint64_t;

struct RequestOptions {
  bool stream_audio = false;  // kSound events, the first as soon as a player can begin
  bool decode_audio = true;   // GenerationResult::audio; never of a request without end
  bool progress = true;       // kProgress events
};

// What a running request may change. What is absent stays.
struct Steering {
  std::optional<std::string> prompt;
  std::optional<double> cfg_coef;
  std::optional<double> temperature;
  std::optional<int64_t> top_k;
  std::optional<double> top_p;
  // Before which of the request's steps (the first is 0) it takes effect; one that has passed means
  // the next. Without it: the next step when the prompt has gone through the text encoder, while
  // the music goes on. With it: exactly there, and if need be the request waits. The same steerings
  // at the same steps give the same codes.
  //
  // Models with cross-attention follow a new prompt from that step on, and keep what they have made
  // of the past. Models that are conditioned in front of the codes (melody models) follow it from
  // their next window on; the other fields count at once.
  std::optional<int64_t> at_step;
};

struct Event {
  enum class Kind : int32_t {  // numbers are those of musicgen.h
    kDeferred = 1,   // there is no room yet beside the running requests: it will begin later
    kSound = 2,      // `sound` follows the one before
    kProgress = 3,   // `progress` of this request
    kSteered = 4,    // a steering holds from step `steered_step` on, or never for -1 (a melody
                     // model's new prompt where no window is to come)
    kDone = 5,       // `result`; the last event
    kCancelled = 6,  // `result.codes`: what was made, as far as it is kept; the last event
    kFailed = 7,     // `error`, which concerns this request alone; the last event
  };
  Kind kind = Kind::kProgress;
  RequestId request = 0;
  Waveform sound;  // [C, n]
  GenerationProgress progress;
  int64_t steered_step = 0;
  GenerationResult result;
  std::optional<Error> error;
};

}  // namespace musicgen
