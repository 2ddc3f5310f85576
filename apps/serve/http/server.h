// Listens, and passes what arrives to the routes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "serve/http/access_log.h"
#include "serve/http/route.h"
#include "serve/http/server_options.h"

namespace musicgen::serve {

class HttpServer {
 public:
  // Binds and listens. Throws Error(kBadInput) where the address, certificate or key will not do.
  HttpServer(const ServerOptions& options, std::vector<Route> routes,
             std::function<void(const AccessRecord&)> access_log);
  ~HttpServer();

  uint16_t port() const;
  // Serves on this thread until Stop.
  void Run();
  // From any thread. No new connections; ends when all answers are whole, or after `grace_s`.
  void Stop(double grace_s);
  // Runs `work`, which does not throw, soon on the server's thread. From any thread.
  void Post(std::function<void()> work);
  int connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen::serve
