// What is served where.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "serve/http/exchange.h"
#include "serve/http/failure.h"

namespace musicgen::serve {

// Runs on the server's thread and returns at once; longer work goes to a worker. What it throws
// becomes the answer by way of FailureOf and the route's `failure_body`.
using Handler = std::function<void(const std::shared_ptr<Exchange>&)>;

// How much of a body is accepted (Limits).
enum class BodyKind { kNone, kJson, kUpload };

struct Route {
  std::string method;   // "GET", "POST", "PATCH", "DELETE"
  std::string pattern;  // "/v1/jobs/{id}": a name stands for one segment
  BodyKind body = BodyKind::kNone;
  bool open = false;  // needs no API key
  Handler handler;
  // The body of an error where the route's clients expect another shape than ours,
  // {"error": {"message", "type", "param", "code"}}.
  std::function<Response(const Failure&)> failure_body;
};

}  // namespace musicgen::serve
