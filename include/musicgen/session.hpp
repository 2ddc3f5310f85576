// Many requests at once, each with events of its own: what a server, streams of a binding and live
// music stand on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "musicgen/error.hpp"
#include "musicgen/generation.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen {

class Model;

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
  enum class Kind {
    kDeferred,   // there is no room yet beside the running requests: it will begin later
    kSound,      // `sound` follows the one before
    kProgress,   // `progress` of this request
    kSteered,    // a steering holds from step `steered_step` on, or never for -1 (a melody model's
                 // new prompt where no window is to come)
    kDone,       // `result`; the last event
    kCancelled,  // `result.codes`: what was made, as far as it is kept; the last event
    kFailed,     // `error`, which concerns this request alone; the last event
  };
  Kind kind = Kind::kProgress;
  RequestId request = 0;
  Waveform sound;  // [C, n]
  GenerationProgress progress;
  int64_t steered_step = 0;
  GenerationResult result;
  std::optional<Error> error;
};

// Requests of one caller. All requests of a model, whatever session or call they came through,
// share each pass over its weights, and none touches what another receives: the same request with
// the same steering gives the same codes in any company.
//
// Submit, Cancel and Steer may be called from any thread at any time. Step from one at a time; work
// is done inside Step by whichever session's thread comes first, for all of them.
class Session {
 public:
  // The model must outlive the session and stay where it is.
  explicit Session(Model& model);
  // Cancels what is left.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Returns at once. Throws Error(kBadInput) when the model cannot do what is asked.
  RequestId Submit(GenerationRequest request, const RequestOptions& options = {});
  // As one batch: where a reference dialect was asked for by name, padding makes the samples depend
  // on one another as there. Otherwise the same as one by one.
  std::vector<RequestId> SubmitBatch(std::span<const GenerationRequest> requests,
                                     const RequestOptions& options = {});
  // The request ends at the next step. One that has ended or is not known is left alone.
  void Cancel(RequestId request);
  // Throws Error(kBadInput) for values that no request may have. Steerings of one request take
  // effect in the order of their steps. One that has ended or is not known is left alone.
  void Steer(RequestId request, const Steering& steering);

  // Works until there is something to tell, one step of all running requests at the most, and puts
  // in `events` what happened to this session's. False when none of its requests is left. Throws
  // Error(kOutOfMemory) where not even an event finds room; the faults of requests are events.
  bool Step(std::vector<Event>* events);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen
