#include "c_api/events.h"

#include "c_api/arguments.h"
#include "c_api/codes.h"
#include "c_api/guard.h"
#include "c_api/waveform.h"

using namespace musicgen;
using namespace musicgen::c_api;

namespace {

// One of the events, which keeps all of them.
std::shared_ptr<const Event> At(const mg_events* events, size_t index) {
  const auto all = Get(events);
  CheckIndex("events", index, all->events.size());
  return {all, &all->events[index]};
}

}  // namespace

size_t mg_events_count(const mg_events* events) {
  return Value([&] { return Get(events)->events.size(); });
}

mg_event_kind mg_events_kind(const mg_events* events, size_t index) {
  return Value([&] { return static_cast<mg_event_kind>(At(events, index)->kind); });
}

uint64_t mg_events_request(const mg_events* events, size_t index) {
  return Value([&] { return At(events, index)->request; });
}

int64_t mg_events_steps_done(const mg_events* events, size_t index) {
  return Value([&] { return At(events, index)->progress.steps_done; });
}

int64_t mg_events_steps_total(const mg_events* events, size_t index) {
  return Value([&] { return At(events, index)->progress.steps_total; });
}

int64_t mg_events_steered_step(const mg_events* events, size_t index) {
  return Value([&] { return At(events, index)->steered_step; });
}

mg_status mg_events_audio(const mg_events* events, size_t index, mg_waveform** out) {
  return Create(out, [&] {
    const auto event = At(events, index);
    const Waveform& sound = event->kind == Event::Kind::kSound ? event->sound : event->result.audio;
    return std::make_shared<mg_waveform>(
        mg_waveform{std::shared_ptr<const Waveform>(event, &sound)});
  });
}

mg_status mg_events_codes(const mg_events* events, size_t index, mg_codes** out) {
  return Create(out, [&] {
    const auto event = At(events, index);
    return std::make_shared<mg_codes>(
        mg_codes{std::shared_ptr<const Codes>(event, &event->result.codes)});
  });
}

mg_status mg_events_error(const mg_events* events, size_t index) {
  return Guard([&]() -> mg_status {
    const auto event = At(events, index);
    return event->error ? StatusOf(event->error->code()) : MG_OK;
  });
}

const char* mg_events_error_message(const mg_events* events, size_t index) {
  return Value([&] {
    const auto event = At(events, index);
    return event->error ? event->error->what() : "";
  });
}

void mg_events_free(mg_events* events) { Free(events); }
