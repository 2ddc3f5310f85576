#include "serve/routes/failure_bodies.h"

#include <utility>

#include "serve/routes/call.h"

namespace musicgen::serve {
namespace {

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Response Make(const Failure& failure, int status, const Json& body) {
  Response response;
  response.status = status;
  response.body = Dump(body);
  if (failure.retry_after_s) {
    response.headers.push_back({"Retry-After", std::to_string(*failure.retry_after_s)});
  }
  return response;
}

Json TextSchema() { return {{"type", "string"}}; }
Json TextOrNullSchema() { return {{"type", {"string", "null"}}}; }

Json Object(const Json& properties) {
  Json required = Json::array();
  for (const auto& [name, schema] : properties.items()) required.push_back(name);
  return {{"type", "object"}, {"properties", properties}, {"required", required}};
}

}  // namespace

Response ErrorObject(const Failure& failure) {
  return Make(failure, failure.status,
              {{"error",
                {{"message", failure.message},
                 {"type", failure.type},
                 {"param", TextOrNull(failure.param)},
                 {"code", TextOrNull(failure.code)}}}});
}

Json ErrorObjectSchema() {
  return Object({{"error", Object({{"message", TextSchema()},
                                   {"type", TextSchema()},
                                   {"param", TextOrNullSchema()},
                                   {"code", TextOrNullSchema()}})}});
}

Response DetailBody(const Failure& failure) {
  if (failure.status != 400) {
    return Make(failure, failure.status,
                {{"detail",
                  {{"status", failure.code.empty() ? failure.type : failure.code},
                   {"message", failure.message}}}});
  }
  Json place = Json::array({"body"});
  if (!failure.param.empty()) place.push_back(failure.param);
  return Make(
      failure, 422,
      {{"detail",
        Json::array({{{"loc", place}, {"msg", failure.message}, {"type", "value_error"}}})}});
}

Json DetailSchema() { return Object({{"detail", {{"type", {"array", "object"}}}}}); }

Response ProblemBody(const Failure& failure) {
  const int status = failure.status == 400 ? 422 : failure.status;
  const char* title = status == 422   ? "Input validation failed"
                      : status == 404 ? "Not found"
                      : status == 429 ? "Too many requests"
                                      : "Request failed";
  return Make(failure, status, {{"title", title}, {"detail", failure.message}, {"status", status}});
}

Json ProblemSchema() {
  return Object(
      {{"title", TextSchema()}, {"detail", TextSchema()}, {"status", {{"type", "integer"}}}});
}

Response ErrorText(const Failure& failure) {
  return Make(failure, failure.status, {{"error", failure.message}});
}

Json ErrorTextSchema() { return Object({{"error", TextSchema()}}); }

Response SuccessFalse(const Failure& failure) {
  return Make(failure, failure.status, {{"success", false}, {"error", failure.message}});
}

Json SuccessFalseSchema() {
  return Object({{"success", {{"type", "boolean"}}}, {"error", TextSchema()}});
}

}  // namespace musicgen::serve
