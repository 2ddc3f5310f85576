// GET /v1/jobs/{id}/events: server-sent events of one job.
#include <memory>
#include <mutex>
#include <utility>

#include "serve/routes/job_json.h"
#include "serve/routes/operations.h"

namespace musicgen::serve {
namespace {

constexpr double kKeepAliveS = 15;

std::string EventText(const char* name, const Json& data) {
  return std::string("event: ") + name + "\ndata: " + Dump(data) + "\n\n";
}

const char* EventName(JobState state) {
  switch (state) {
    case JobState::kDone:
      return "done";
    case JobState::kCancelled:
      return "cancelled";
    case JobState::kFailed:
      return "failed";
    case JobState::kQueued:
    case JobState::kRunning:
      break;
  }
  return "progress";
}

class EventWatcher : public JobWatcher {
 public:
  EventWatcher(Service& service, Call call, std::string id)
      : service_(service), call_(std::move(call)), id_(std::move(id)) {}

  void Started(const JobStatus& status) override { Write(EventText("started", JobJson(status))); }
  void Progress(const JobStatus& status) override { Write(EventText("progress", JobJson(status))); }
  void Steered(int64_t step) override {
    Json data = {{"id", id_}};
    if (const std::optional<JobStatus> status = service_.jobs.Status(id_)) data = JobJson(*status);
    data["steered_step"] = step;
    Write(EventText("steered", data));
  }
  void Ended(const JobStatus& status) override {
    Write(EventText(EventName(status.state), JobJson(status)));
    if (const std::shared_ptr<Exchange> exchange = Take()) exchange->End();
  }

  // The exchange is let go when its client has gone: an endless job lives on.
  std::shared_ptr<Exchange> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(call_.exchange, nullptr);
  }
  bool Write(std::string text) {
    std::shared_ptr<Exchange> exchange;
    {
      const std::lock_guard lock(mutex_);
      exchange = call_.exchange;
    }
    if (!exchange) return false;
    if (exchange->Write(std::move(text))) return true;
    Take();
    return false;
  }

 private:
  Service& service_;
  std::mutex mutex_;
  Call call_;
  const std::string id_;
};

// Proxies drop connections that say nothing for long.
void KeepAlive(Service& service, const std::weak_ptr<EventWatcher>& weak) {
  service.timer.After(kKeepAliveS, [&service, weak] {
    const std::shared_ptr<EventWatcher> watcher = weak.lock();
    if (watcher && watcher->Write(":\n\n")) KeepAlive(service, weak);
  });
}

void Events(Service& service, const Call& call) {
  const std::string id = call.parameter(0);
  const std::optional<JobStatus> status = service.jobs.Status(id);
  if (!status) RefuseUnknownJob();
  Response head;
  head.content_type = "text/event-stream";
  head.headers.push_back({"Cache-Control", "no-store"});
  head.body = EventText(EventName(status->state), JobJson(*status));
  call.exchange->Begin(std::move(head));
  if (HasEnded(status->state)) return call.exchange->End();
  const auto watcher = std::make_shared<EventWatcher>(service, call, id);
  call.exchange->WhenGone([weak = std::weak_ptr(watcher)] {
    if (const auto gone = weak.lock()) gone->Take();
  });
  if (!service.jobs.Watch(id, watcher)) return call.exchange->End();
  KeepAlive(service, watcher);
}

}  // namespace

void AddJobEvents(Service& service, Operations& operations) {
  Operation operation;
  operation.path = "/v1/jobs/{id}/events";
  operation.id = "watch_job";
  operation.summary =
      "Hear of a job: server-sent events progress, started, steered, done, "
      "cancelled, failed";
  operation.description =
      "The first tells the present state, the last is done, cancelled or failed. The data of each "
      "is the job.";
  operation.tag = "Jobs";
  operation.answers = {{200, "Events", "text/event-stream"}};
  operation.failures = {404};
  operation.run = [&service](const Call& call) { Events(service, call); };
  operations.push_back(std::move(operation));
}

}  // namespace musicgen::serve
