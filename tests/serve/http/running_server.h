// A server on a thread of its own, with routes that tests need.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "serve/http/server.h"

namespace musicgen::serve {

// POST /echo and POST /upload answer with the body they got, GET /item/{name} with the name, and
// GET /health, which is open, with "{}"; GET /throw throws, GET /forgets gives no answer. GET /late
// and POST /late keep their exchange for the test.
class RunningServer {
 public:
  explicit RunningServer(ServerOptions options = {});
  ~RunningServer();

  HttpServer& server() { return *server_; }
  uint16_t port() const { return server_->port(); }
  // Waits up to 10 s.
  std::shared_ptr<Exchange> Late();
  std::vector<AccessRecord> Log(size_t least);
  void Join() { thread_.join(); }

 private:
  std::vector<Route> Routes();

  std::mutex mutex_;
  std::vector<std::shared_ptr<Exchange>> late_;
  std::vector<AccessRecord> log_;
  std::optional<HttpServer> server_;
  std::thread thread_;
};

// Whether it comes true within 10 s.
template <class Condition>
bool Soon(Condition condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace musicgen::serve
