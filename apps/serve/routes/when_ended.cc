#include "serve/routes/when_ended.h"

#include <atomic>
#include <utility>

namespace musicgen::serve {
namespace {

class EndWatcher : public JobWatcher {
 public:
  explicit EndWatcher(std::function<void()> then) : then_(std::move(then)) {}

  void Ended(const JobStatus&) override { Run(); }
  void Run() {
    if (!has_run_.exchange(true)) then_();
  }

 private:
  const std::function<void()> then_;
  std::atomic<bool> has_run_ = false;
};

}  // namespace

void WhenEnded(Service& service, const std::string& id, double seconds,
               std::function<void()> then) {
  const auto watcher = std::make_shared<EndWatcher>(std::move(then));
  if (!service.jobs.Watch(id, watcher)) return watcher->Run();
  service.timer.After(seconds, [watcher] { watcher->Run(); });
}

}  // namespace musicgen::serve
