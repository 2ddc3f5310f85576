// One HTTP request at a time over kept connections. libcurl stays behind this header; redirects
// are not followed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hub/headers.h"

namespace musicgen::hub {

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  bool allow_plain = false;          // http:// too
  int connect_timeout_s = 10;
  int silence_timeout_s = 10;  // without a byte
  std::string certificates;
};

enum class Fault {
  kNone,         // an answer came, whatever its status
  kUnreachable,  // no such host, or nobody there
  kUntrusted,    // the certificate is not one to trust
  kBroken,       // the connection ended early, or nothing came for too long
  kMisled,       // it redirects to where we do not go
  kStopped,      // the flag was set
  kRefused,      // `body` returned false
};

struct HttpAnswer {
  Fault fault = Fault::kNone;
  std::string reason;  // of a fault
  int status = 0;
  Headers headers;
};

// Not for several threads at once.
class Http {
 public:
  // `stop` ends a request within a tenth of a second and must outlive this.
  explicit Http(const std::atomic<bool>& stop);
  ~Http();

  // GET. `body` gets the content piece by piece, with the status and the headers that came before
  // it; it may throw.
  HttpAnswer Get(const HttpRequest& request,
                 const std::function<bool(const HttpAnswer&, std::string_view)>& body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen::hub
