#include "api/session.h"

#include <memory>
#include <utility>

#include "api/argument_check.h"
#include "api/model_impl.h"
#include "generate/request_check.h"

namespace musicgen::api {

struct Session::Impl {
  generate::Pipeline& pipeline;
  session::SharedScheduler& scheduler;
  std::shared_ptr<session::Mailbox> mailbox = std::make_shared<session::Mailbox>();
};

Session::Session(Model& model) : impl_(new Impl{model.impl_->pipeline, model.impl_->scheduler()}) {}

Session::~Session() {
  try {
    impl_->scheduler.Close(impl_->mailbox);
  } catch (const std::exception&) {
    // What could not be ended now, whoever steps the model next ends.
  }
}

std::vector<RequestId> Session::SubmitBatch(std::vector<GenerationRequest> requests,
                                            const RequestOptions& options) {
  for (const GenerationRequest& request : requests) {
    CheckSounds(request);
    generate::CheckRequest(request, impl_->pipeline.stages().files());
  }
  // Those that do not depend on one another go alone, and need not wait for the slowest.
  if (impl_->pipeline.as_batch()) {
    return impl_->scheduler.Submit(impl_->mailbox, std::move(requests), options);
  }
  std::vector<RequestId> ids;
  for (GenerationRequest& request : requests) {
    std::vector<GenerationRequest> alone;
    alone.push_back(std::move(request));
    ids.push_back(impl_->scheduler.Submit(impl_->mailbox, std::move(alone), options).front());
  }
  return ids;
}

void Session::Cancel(RequestId request) { impl_->scheduler.Cancel(impl_->mailbox, request); }

void Session::Steer(RequestId request, const Steering& steering) {
  generate::CheckSteering(steering);
  impl_->scheduler.Steer(impl_->mailbox, request, steering);
}

void Session::Hold(RequestId request, std::optional<int64_t> at_step) {
  impl_->scheduler.Hold(impl_->mailbox, request, at_step);
}

bool Session::Step(std::vector<Event>* events) {
  return impl_->scheduler.Step(impl_->mailbox, events);
}

}  // namespace musicgen::api
