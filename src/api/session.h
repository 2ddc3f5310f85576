// Requests of one caller, with events of their own (session/shared_scheduler.h).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "api/model.h"
#include "musicgen/events.hpp"

namespace musicgen::api {

// SubmitBatch, Cancel and Steer may be called from any thread at any time; Step from one at a time.
class Session {
 public:
  // The model must outlive the session and stay where it is.
  explicit Session(Model& model);
  ~Session();  // cancels what is left
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  std::vector<RequestId> SubmitBatch(std::vector<GenerationRequest> requests,
                                     const RequestOptions& options);
  void Cancel(RequestId request);
  void Steer(RequestId request, const Steering& steering);
  void Hold(RequestId request, std::optional<int64_t> at_step);
  // Appends to `events`. False when none of its requests is left.
  bool Step(std::vector<Event>* events);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen::api
