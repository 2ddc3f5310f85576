#include "api/session.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include "c_api/events.h"
#include "c_api/guard.h"
#include "c_api/model.h"
#include "c_api/request.h"
#include "c_api/steering.h"

using namespace musicgen;
using namespace musicgen::c_api;

struct mg_session {
  static constexpr char kName[] = "mg_session";
  explicit mg_session(std::shared_ptr<mg_model> of) : model(std::move(of)), session(model->model) {}
  const std::shared_ptr<mg_model> model;
  api::Session session;
  std::mutex stepping;
};

namespace {

RequestOptions OptionsOf(uint32_t flags) {
  constexpr uint32_t kKnown = MG_SUBMIT_STREAM_AUDIO | MG_SUBMIT_NO_AUDIO | MG_SUBMIT_NO_PROGRESS;
  if ((flags & ~kKnown) != 0) ThrowBadInput("flags: expected MG_SUBMIT_ ones, found ", flags);
  RequestOptions options;
  options.stream_audio = (flags & MG_SUBMIT_STREAM_AUDIO) != 0;
  options.decode_audio = (flags & MG_SUBMIT_NO_AUDIO) == 0;
  options.progress = (flags & MG_SUBMIT_NO_PROGRESS) == 0;
  return options;
}

}  // namespace

mg_status mg_session_new(mg_model* model, mg_session** out) {
  return Create(out, [&] { return std::make_shared<mg_session>(Get(model)); });
}

void mg_session_free(mg_session* session) { Free(session); }

mg_status mg_session_submit(mg_session* session, const mg_request* request, uint32_t flags,
                            uint64_t* id) {
  return mg_session_submit_batch(session, &request, 1, flags, id);
}

mg_status mg_session_submit_batch(mg_session* session, const mg_request* const* requests,
                                  size_t count, uint32_t flags, uint64_t* ids) {
  return Guard([&] {
    const auto to = Get(session);
    const std::vector<RequestId> given =
        to->session.SubmitBatch(RequestsOf(requests, count), OptionsOf(flags));
    if (ids != nullptr) std::copy(given.begin(), given.end(), ids);
  });
}

mg_status mg_session_cancel(mg_session* session, uint64_t id) {
  return Guard([&] { Get(session)->session.Cancel(id); });
}

mg_status mg_session_hold(mg_session* session, uint64_t id, int64_t at_step) {
  return Guard([&] {
    Get(session)->session.Hold(id, at_step < 0 ? std::nullopt : std::optional<int64_t>(at_step));
  });
}

mg_status mg_session_steer(mg_session* session, uint64_t id, const mg_steering* steering) {
  return Guard([&] { Get(session)->session.Steer(id, Get(steering)->steering.Copy()); });
}

mg_status mg_session_step(mg_session* session, mg_events** out, int32_t* is_running) {
  return Create(out, [&] {
    const auto of = Get(session);
    const std::unique_lock<std::mutex> lock(of->stepping, std::try_to_lock);
    if (!lock.owns_lock()) ThrowBadInput("session: expected one thread that steps, found two");
    auto made = std::make_shared<mg_events>();
    const bool running = of->session.Step(&made->events);
    if (is_running != nullptr) *is_running = running ? 1 : 0;
    return made;
  });
}
