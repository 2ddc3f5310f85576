#include "serve/http/failure_response.h"

#include <algorithm>

#include "common/json.h"

namespace musicgen::serve {
namespace {

common::JsonValue OrNull(const std::string& text) {
  if (text.empty()) return nullptr;
  return text;
}

void AddRetryAfter(const Failure& failure, Response& response) {
  if (!failure.retry_after_s) return;
  const auto says_so = [](const Header& header) { return SameName(header.name, "Retry-After"); };
  if (std::ranges::any_of(response.headers, says_so)) return;
  response.headers.push_back({"Retry-After", std::to_string(std::max(1, *failure.retry_after_s))});
}

}  // namespace

Response FailureResponse(const Failure& failure) {
  common::JsonObject error, body;
  error.Set("message", failure.message)
      .Set("type", failure.type)
      .Set("param", OrNull(failure.param))
      .Set("code", OrNull(failure.code));
  body.Set("error", error);
  Response response{.status = failure.status, .body = body.Compact()};
  AddRetryAfter(failure, response);
  return response;
}

Response FailureResponse(const Route* route, const Failure& failure) {
  if (!route || !route->failure_body) return FailureResponse(failure);
  Response response = route->failure_body(failure);
  AddRetryAfter(failure, response);
  return response;
}

}  // namespace musicgen::serve
