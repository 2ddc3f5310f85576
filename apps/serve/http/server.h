// Listens, and passes what arrives to the routes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "serve/http/route.h"

namespace musicgen::serve {

struct HttpLimits {
  size_t header_bytes = 16 << 10;
  size_t json_bytes = 1 << 20;
  size_t upload_bytes = 50 << 20;
  size_t bodies_bytes = 256 << 20;  // of all bodies that are arriving or being worked on
  size_t unsent_bytes = 16 << 20;   // of one answer
  int connections = 4096;
  double header_s = 10;  // for a head to arrive
  double body_s = 120;   // for a body to arrive
  double idle_s = 60;    // between two requests of a connection
  double send_s = 60;    // without a byte being taken
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 8080;           // 0: any that is free
  std::string tls_cert, tls_key;  // PEM files; empty: plain HTTP
  std::string api_key;            // empty: none is asked for. Bearer, xi-api-key or Token
  // Names under which it may be addressed beside localhost, 127.0.0.1, [::1] and `host`.
  std::vector<std::string> allowed_hosts;
  HttpLimits limits;
};

// One line of the access log.
struct AccessRecord {
  uint64_t request = 0;
  std::string peer, method, path;  // path without query, as far as it is printable
  int status = 0;                  // 0: no answer was sent
  uint64_t bytes_received = 0, bytes_sent = 0;
  double seconds = 0;  // from the head's first byte to the answer's last
};

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
  // Runs `work` soon on the server's thread. From any thread.
  void Post(std::function<void()> work);
  int connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen::serve
