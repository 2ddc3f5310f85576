#include "serve/routes/operation.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include "serve/routes/failure_bodies.h"

namespace musicgen::serve {
namespace {

bool IsMultipart(const Request& request) {
  constexpr std::string_view kName = "multipart/form-data";
  const std::string_view type = request.Find("Content-Type").value_or("");
  return type.size() >= kName.size() &&
         std::equal(kName.begin(), kName.end(), type.begin(), [](char a, char b) {
           return a == std::tolower(static_cast<unsigned char>(b));
         });
}

// A body without a type, or of the type that curl gives by default, is read as JSON too.
FieldValues ReadBody(const Operation& operation, const Request& request) {
  if (operation.takes_multipart && IsMultipart(request)) {
    return FieldValues::FromMultipart(operation.fields, operation.other_fields,
                                      *request.Find("Content-Type"), request.body);
  }
  if (request.body.empty() && !operation.body_required) return {};
  return FieldValues::FromJson(operation.fields, operation.other_fields, request.body);
}

}  // namespace

Route RouteOf(const Operation& operation) {
  const auto shared = std::make_shared<const Operation>(operation);
  Route route;
  route.method = operation.method;
  route.pattern = operation.path;
  route.body = operation.body;
  route.open = operation.open;
  route.failure_body = operation.failure_body ? operation.failure_body : FailureBody(ErrorObject);
  route.handler = [shared, body = route.failure_body](const std::shared_ptr<Exchange>& exchange) {
    Call call;
    call.exchange = exchange;
    call.failure_body = body;
    const Request& request = exchange->request();
    call.query = FieldValues::FromTexts(shared->query, shared->other_query, request.query);
    if (shared->body != BodyKind::kNone) call.fields = ReadBody(*shared, request);
    shared->run(call);
  };
  return route;
}

}  // namespace musicgen::serve
