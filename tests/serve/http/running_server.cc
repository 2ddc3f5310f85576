#include "running_server.h"

#include <utility>

namespace musicgen::serve {

RunningServer::RunningServer(ServerOptions options) {
  options.port = 0;
  server_.emplace(options, Routes(), [this](const AccessRecord& record) {
    std::lock_guard lock(mutex_);
    log_.push_back(record);
  });
  thread_ = std::thread([this] { server_->Run(); });
}

RunningServer::~RunningServer() {
  server_->Stop(0);
  if (thread_.joinable()) thread_.join();
  late_.clear();
}

std::vector<Route> RunningServer::Routes() {
  using Shared = std::shared_ptr<Exchange>;
  const auto health = [](const Shared& e) { e->Send({.body = "{}"}); };
  const auto echo = [](const Shared& e) { e->Send({.body = e->request().body}); };
  const auto item = [](const Shared& e) { e->Send({.body = e->request().parameters[0]}); };
  const auto late = [this](const Shared& e) {
    std::lock_guard lock(mutex_);
    late_.push_back(e);
  };
  const auto throws = [](const Shared&) { throw std::runtime_error("/a/path of this machine"); };
  const auto forgets = [](const Shared&) {};
  const auto other_shape = [](const Failure& failure) {
    return Response{.status = failure.status, .content_type = "text/plain", .body = failure.code};
  };
  return {{"GET", "/health", BodyKind::kNone, true, health, {}},
          {"POST", "/echo", BodyKind::kJson, false, echo, {}},
          {"POST", "/upload", BodyKind::kUpload, false, echo, {}},
          {"POST", "/shaped", BodyKind::kJson, false, echo, other_shape},
          {"GET", "/item/{name}", BodyKind::kNone, false, item, {}},
          {"GET", "/late", BodyKind::kNone, false, late, {}},
          {"POST", "/late", BodyKind::kUpload, false, late, {}},
          {"GET", "/throw", BodyKind::kNone, false, throws, {}},
          {"GET", "/forgets", BodyKind::kNone, false, forgets, {}}};
}

std::shared_ptr<Exchange> RunningServer::Late() {
  std::shared_ptr<Exchange> exchange;
  Soon([&] {
    std::lock_guard lock(mutex_);
    if (late_.empty()) return false;
    exchange = late_.front();
    late_.erase(late_.begin());
    return true;
  });
  return exchange;
}

std::vector<AccessRecord> RunningServer::Log(size_t least) {
  std::vector<AccessRecord> log;
  Soon([&] {
    std::lock_guard lock(mutex_);
    log = log_;
    return log.size() >= least;
  });
  return log;
}

}  // namespace musicgen::serve
