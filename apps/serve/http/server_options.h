// Where the server listens, and what it puts up with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

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
  double send_s = 60;    // for 16 KiB of what waits to be sent, or all of it, to be taken
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 8080;           // 0: any that is free
  std::string tls_cert, tls_key;  // PEM files; empty: plain HTTP
  std::string api_key;            // empty: none is asked for. Bearer, xi-api-key or Token
  // Names under which it may be addressed beside localhost, 127.0.0.1, [::1] and `host`. With a
  // host of all addresses (0.0.0.0, ::) numeric addresses may be used as well, and no other name.
  std::vector<std::string> allowed_hosts;
  HttpLimits limits;
};

}  // namespace musicgen::serve
