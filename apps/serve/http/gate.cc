#include "serve/http/gate.h"

#include <utility>

#include "serve/http/origin_rules.h"
#include "serve/http/target.h"

namespace musicgen::serve {

Gate::Gate(const ServerOptions& options, std::vector<Route> routes)
    : limits_(options.limits),
      secure_(!options.tls_cert.empty()),
      hosts_(options),
      key_(options.api_key),
      routes_(std::move(routes)) {}

size_t Gate::BodyLimit(BodyKind kind) const {
  switch (kind) {
    case BodyKind::kNone:
      return 0;
    case BodyKind::kJson:
      return limits_.json_bytes;
    case BodyKind::kUpload:
      return limits_.upload_bytes;
  }
  return 0;
}

void Gate::Judge(const RequestHead& head, Admission& admission) const {
  Request& request = admission.request;
  admission.close = true;
  admission.framing = FramingOf(head);
  hosts_.Check(head.headers);
  Target target = ParseTarget(head.target);
  // From here on it is clear where the next request begins.
  admission.close = !admission.framing.keep_alive || admission.framing.has_body();

  request.path = std::move(target.path);
  request.query = std::move(target.query);
  RouteMatch match = routes_.Find(head.method, target.segments);
  if (!match.route && match.allowed.empty()) {
    Refuse(404, "unknown_route", "There is nothing at this path.");
  }
  if (!match.route) {
    admission.refusal_headers.push_back({"Allow", match.allowed});
    Refuse(405, "method_not_allowed", "This path takes other methods: " + match.allowed + ".");
  }
  request.parameters = std::move(match.parameters);
  admission.route = match.route;
  CheckOrigin(request, *match.route);
  if (!match.route->open) key_.Check(request);
  admission.body_limit = BodyLimit(match.route->body);
  const bool too_large = admission.framing.content_length > admission.body_limit;
  if (too_large || (admission.framing.chunked && admission.body_limit == 0)) {
    throw Refusal(BodyTooLarge(admission.body_limit));
  }
  admission.close = !admission.framing.keep_alive;
}

Admission Gate::Admit(RequestHead head) const {
  Admission admission;
  admission.request.method = head.method == "HEAD" ? "GET" : head.method;
  admission.request.headers = head.headers;
  admission.request.secure = secure_;
  admission.head_only = head.method == "HEAD";
  admission.http_1_0 = head.http_1_0;
  try {
    Judge(head, admission);
  } catch (const Refusal& refusal) {
    admission.refused = refusal.failure();
    if (refusal.failure().status == 401) {
      admission.refusal_headers.push_back({"WWW-Authenticate", "Bearer"});
    }
  }
  return admission;
}

}  // namespace musicgen::serve
