// Many requests at once, each with events of its own: what a server, streams of a binding and live
// music stand on.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "musicgen/events.hpp"
#include "musicgen/handle_values.hpp"
#include "musicgen/model.hpp"

namespace musicgen {

// Requests of one caller. All requests of a model, whatever session or call they came through,
// share each pass over its weights, and none touches what another receives: the same request with
// the same steering gives the same codes in any company.
//
// Submit, Cancel, Steer and Hold may be called from any thread at any time. Step from one at a
// time; work is done inside Step by whichever session's thread comes first, for all of them.
class Session {
 public:
  explicit Session(Model& model) { detail::Check(mg_session_new(model.handle(), session_.out())); }
  // Its end cancels what is left.

  // Returns at once. Throws Error(kBadInput) when the model cannot do what is asked.
  RequestId Submit(const GenerationRequest& request, const RequestOptions& options = {}) {
    return SubmitBatch({&request, 1}, options).front();
  }
  // As one batch: where a reference dialect was asked for by name, padding makes the samples depend
  // on one another as there. Otherwise the same as one by one.
  std::vector<RequestId> SubmitBatch(std::span<const GenerationRequest> requests,
                                     const RequestOptions& options = {}) {
    if (requests.empty()) return {};
    const std::vector<detail::RequestHandle> handles = detail::ToHandles(requests);
    std::vector<RequestId> ids(handles.size());
    detail::Check(mg_session_submit_batch(session_.get(), detail::Raw(handles).data(),
                                          handles.size(), FlagsOf(options), ids.data()));
    return ids;
  }
  // The request ends at the next step. One that has ended or is not known is left alone.
  void Cancel(RequestId request) { detail::Check(mg_session_cancel(session_.get(), request)); }
  // The request makes no steps from `at_step` (from 0) on, until it is held at a later one, or at
  // none. What it makes is the same. A player that holds its request a few seconds ahead of what is
  // heard is heard soon when it steers.
  void Hold(RequestId request, std::optional<int64_t> at_step) {
    detail::Check(mg_session_hold(session_.get(), request, at_step.value_or(-1)));
  }
  // Throws Error(kBadInput) for values that no request may have. Steerings of one request take
  // effect in the order of their steps. One that has ended or is not known is left alone.
  void Steer(RequestId request, const Steering& steering) {
    detail::SteeringHandle handle;
    detail::Check(mg_steering_new(handle.out()));
    mg_steering* raw = handle.get();
    if (steering.prompt) {
      detail::Check(mg_steering_set_prompt(raw, detail::CString("prompt", *steering.prompt)));
    }
    if (steering.cfg_coef) detail::Check(mg_steering_set_cfg_coef(raw, *steering.cfg_coef));
    if (steering.temperature) {
      detail::Check(mg_steering_set_temperature(raw, *steering.temperature));
    }
    if (steering.top_k) detail::Check(mg_steering_set_top_k(raw, *steering.top_k));
    if (steering.top_p) detail::Check(mg_steering_set_top_p(raw, *steering.top_p));
    if (steering.at_step) detail::Check(mg_steering_set_at_step(raw, *steering.at_step));
    detail::Check(mg_session_steer(session_.get(), request, raw));
  }

  // Works until there is something to tell, one step of all running requests at the most, and puts
  // in `events` what happened to this session's. False when none of its requests is left. Throws
  // Error(kOutOfMemory) where not even an event finds room; the faults of requests are events.
  bool Step(std::vector<Event>* events) {
    detail::EventsHandle handle;
    int32_t is_running = 0;
    detail::Check(mg_session_step(session_.get(), handle.out(), &is_running));
    const size_t count = mg_events_count(handle.get());
    for (size_t i = 0; i < count; ++i) events->push_back(EventOf(handle.get(), i));
    return is_running == 1;
  }

 private:
  static uint32_t FlagsOf(const RequestOptions& options) {
    return (options.stream_audio ? uint32_t{MG_SUBMIT_STREAM_AUDIO} : 0) |
           (options.decode_audio ? 0 : uint32_t{MG_SUBMIT_NO_AUDIO}) |
           (options.progress ? 0 : uint32_t{MG_SUBMIT_NO_PROGRESS});
  }

  static Event EventOf(const mg_events* events, size_t index) {
    Event event;
    event.kind = static_cast<Event::Kind>(mg_events_kind(events, index));
    event.request = mg_events_request(events, index);
    event.progress = {mg_events_steps_done(events, index), mg_events_steps_total(events, index)};
    event.steered_step = mg_events_steered_step(events, index);
    event.result.complete = event.kind == Event::Kind::kDone;
    if (event.kind == Event::Kind::kSound) event.sound = AudioOf(events, index);
    if (event.kind == Event::Kind::kDone) event.result.audio = AudioOf(events, index);
    if (event.kind == Event::Kind::kDone || event.kind == Event::Kind::kCancelled) {
      detail::CodesHandle codes;
      detail::Check(mg_events_codes(events, index, codes.out()));
      event.result.codes = detail::FromHandle(codes);
    }
    if (event.kind == Event::Kind::kFailed) {
      event.error = Error(static_cast<ErrorCode>(mg_events_error(events, index)),
                          mg_events_error_message(events, index));
    }
    return event;
  }

  static Waveform AudioOf(const mg_events* events, size_t index) {
    detail::WaveformHandle audio;
    detail::Check(mg_events_audio(events, index, audio.out()));
    return detail::FromHandle(audio);
  }

  detail::SessionHandle session_;
};

}  // namespace musicgen
