// musicgen::Session, and Model::Generate on top of it.

#include "musicgen/session.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "api/argument_check.h"
#include "api/guard.h"
#include "api/model_impl.h"
#include "generate/request_check.h"

namespace musicgen {

struct Session::Impl {
  generate::Pipeline& pipeline;
  session::SharedScheduler& scheduler;
  std::shared_ptr<session::Mailbox> mailbox = std::make_shared<session::Mailbox>();
};

Session::Session(Model& model) {
  Guard([&] { impl_.reset(new Impl{model.impl_->pipeline, model.impl_->scheduler()}); });
}

Session::~Session() {
  try {
    impl_->scheduler.Close(impl_->mailbox);
  } catch (const std::exception&) {
    // What could not be ended now, whoever steps the model next ends.
  }
}

RequestId Session::Submit(GenerationRequest request, const RequestOptions& options) {
  return Guard([&] {
    CheckSounds(request);
    generate::CheckRequest(request, impl_->pipeline.stages().files());
    std::vector<GenerationRequest> batch;
    batch.push_back(std::move(request));
    return impl_->scheduler.Submit(impl_->mailbox, std::move(batch), options).front();
  });
}

std::vector<RequestId> Session::SubmitBatch(std::span<const GenerationRequest> requests,
                                            const RequestOptions& options) {
  return Guard([&] {
    for (const GenerationRequest& request : requests) {
      CheckSounds(request);
      generate::CheckRequest(request, impl_->pipeline.stages().files());
    }
    // Those that do not depend on one another go alone, and need not wait for the slowest.
    if (impl_->pipeline.as_batch()) {
      return impl_->scheduler.Submit(impl_->mailbox, {requests.begin(), requests.end()}, options);
    }
    std::vector<RequestId> ids;
    for (const GenerationRequest& request : requests) {
      ids.push_back(impl_->scheduler.Submit(impl_->mailbox, {request}, options).front());
    }
    return ids;
  });
}

void Session::Cancel(RequestId request) {
  Guard([&] { impl_->scheduler.Cancel(impl_->mailbox, request); });
}

void Session::Steer(RequestId request, const Steering& steering) {
  Guard([&] {
    generate::CheckSteering(steering);
    impl_->scheduler.Steer(impl_->mailbox, request, steering);
  });
}

bool Session::Step(std::vector<Event>* events) {
  return Guard([&] { return impl_->scheduler.Step(impl_->mailbox, events); });
}

namespace {

std::optional<std::vector<GenerationResult>> GenerateIn(Session& session,
                                                        std::span<const GenerationRequest> requests,
                                                        const GenerateOptions& options) {
  RequestOptions wanted;
  wanted.decode_audio = options.decode_audio;
  wanted.stream_audio = options.audio != nullptr;
  const std::vector<RequestId> ids = session.SubmitBatch(requests, wanted);
  const auto index = [&](RequestId id) {
    return static_cast<size_t>(std::find(ids.begin(), ids.end(), id) - ids.begin());
  };
  std::vector<GenerationResult> results(requests.size());
  std::vector<GenerationProgress> each(requests.size());
  StageSeconds stage_seconds{};
  std::vector<Event> events;
  while (session.Step(&events)) {
    for (Event& event : events) {
      const size_t i = index(event.request);
      if (event.kind == Event::Kind::kFailed) throw Error(*event.error);
      if (event.kind == Event::Kind::kProgress) {
        each[i] = event.progress;
        stage_seconds = event.progress.stage_seconds;
      }
      if (event.kind == Event::Kind::kDone) results[i] = std::move(event.result);
      if (event.kind == Event::Kind::kSound && !options.audio(i, event.sound)) return std::nullopt;
    }
    events.clear();
    if (!options.progress) continue;
    GenerationProgress sum{0, 0, stage_seconds};
    for (const GenerationProgress& one : each) {
      sum.steps_done += one.steps_done;
      sum.steps_total += one.steps_total;
    }
    if (!options.progress(sum)) return std::nullopt;
  }
  return results;
}

}  // namespace

std::optional<std::vector<GenerationResult>> Model::Generate(
    std::span<const GenerationRequest> requests, const GenerateOptions& options) {
  return Guard([&] {
    Session session(*this);
    return GenerateIn(session, requests, options);
  });
}

}  // namespace musicgen
