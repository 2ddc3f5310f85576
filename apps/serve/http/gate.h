// What a request's head decides: where it goes, or why it goes nowhere.
#pragma once

#include <optional>
#include <vector>

#include "serve/http/api_key.h"
#include "serve/http/framing.h"
#include "serve/http/host_rules.h"
#include "serve/http/request_head.h"
#include "serve/http/route_match.h"
#include "serve/http/server_options.h"

namespace musicgen::serve {

struct Admission {
  Request request;  // without id, body, peer
  const Route* route = nullptr;
  bool head_only = false;  // came as HEAD
  bool http_1_0 = false;
  Framing framing;
  size_t body_limit = 0;
  std::optional<Failure> refused;
  std::vector<Header> refusal_headers;
  // The connection ends with the answer: its client wants it so, or a refusal leaves a body unread
  // or a doubt where the next request begins.
  bool close = false;
};

class Gate {
 public:
  Gate(const ServerOptions& options, std::vector<Route> routes);

  // In this order: framing, Host, target, route and method, Origin, API key, size of the body.
  Admission Admit(RequestHead head) const;

 private:
  void Judge(const RequestHead& head, Admission& admission) const;
  size_t BodyLimit(BodyKind kind) const;

  HttpLimits limits_;
  bool secure_;
  HostRules hosts_;
  ApiKey key_;
  RouteTable routes_;
};

}  // namespace musicgen::serve
