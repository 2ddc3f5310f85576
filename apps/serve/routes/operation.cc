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

constexpr size_t kLargeBody = 1 << 20;  // JSON with sounds in base64: a second for 50 MB

void Run(const Operation& operation, Call& call) {
  const Request& request = call.request();
  call.query = FieldValues::FromTexts(operation.query, operation.other_query, request.query);
  if (operation.body != BodyKind::kNone) call.fields = ReadBody(operation, request);
  operation.run(call);
}

}  // namespace

Operation NewOperation(const char* method, const char* path, const char* id, const char* summary,
                       const char* tag) {
  Operation operation;
  operation.method = method;
  operation.path = path;
  operation.id = id;
  operation.summary = summary;
  operation.tag = tag;
  return operation;
}

Route RouteOf(const Operation& operation, const PostWork& post_long) {
  const auto shared = std::make_shared<const Operation>(operation);
  Route route;
  route.method = operation.method;
  route.pattern = operation.path;
  route.body = operation.body;
  route.open = operation.open;
  route.failure_body = operation.failure_body ? operation.failure_body : FailureBody(ErrorObject);
  route.handler = [shared, post_long,
                   body = route.failure_body](const std::shared_ptr<Exchange>& exchange) {
    Call call;
    call.exchange = exchange;
    call.failure_body = body;
    if (call.request().body.size() <= kLargeBody || IsMultipart(call.request())) {
      return Run(*shared, call);
    }
    post_long([shared, call]() mutable { call.Guard([&] { Run(*shared, call); }); });
  };
  return route;
}

}  // namespace musicgen::serve
