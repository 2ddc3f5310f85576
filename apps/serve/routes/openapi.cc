#include "serve/routes/openapi.h"

#include <map>

#include "serve/routes/failure_bodies.h"

namespace musicgen::serve {
namespace {

const char* DescriptionOf(int status) {
  static const std::map<int, const char*> descriptions = {
      {400, "The request is at fault; the message says what and why"},
      {401, "The API key is missing or wrong"},
      {403, "The request comes from another site's page"},
      {404, "There is no such thing"},
      {405, "The path has other methods"},
      {408, "The request did not arrive in time"},
      {409, "The job has ended"},
      {413, "The body is larger than the limit"},
      {415, "The body's type is not accepted"},
      {417, "An expectation that is not met"},
      {421, "The host is not served here"},
      {422, "A field is at fault; the message says which and why"},
      {429, "The queue is full: try again after Retry-After seconds"},
      {431, "The head is larger than the limit"},
      {500, "The server failed"},
      {503, "The server is loading its model or about to end"},
      {507, "There is not enough memory"}};
  const auto found = descriptions.find(status);
  return found == descriptions.end() ? "Failure" : found->second;
}

Json Content(const std::string& type, const Json& schema) { return {{type, {{"schema", schema}}}}; }

// The names between braces.
Json PathParameters(const std::string& path) {
  Json parameters = Json::array();
  for (size_t at = path.find('{'); at != path.npos; at = path.find('{', at + 1)) {
    const std::string name = path.substr(at + 1, path.find('}', at) - at - 1);
    parameters.push_back({{"name", name},
                          {"in", "path"},
                          {"required", true},
                          {"schema", {{"type", "string"}, {"minLength", 1}}}});
  }
  return parameters;
}

Json Parameters(const Operation& operation) {
  Json parameters = PathParameters(operation.path);
  for (Field field : operation.query) {
    const bool required = field.required;
    field.required = true;  // a query has no null
    Json schema = SchemaOf(field);
    schema.erase("description");
    parameters.push_back({{"name", field.name},
                          {"in", "query"},
                          {"required", required},
                          {"description", field.description},
                          {"schema", schema}});
  }
  return parameters;
}

Json Body(const Operation& operation) {
  Json content = Content("application/json", SchemaOf(operation.fields, operation.other_fields));
  if (operation.takes_multipart) {
    content["multipart/form-data"] = {
        {"schema", SchemaOf(operation.fields, operation.other_fields, true)}};
  }
  return {{"required", operation.body_required}, {"content", content}};
}

Json Responses(const Operation& operation) {
  Json responses = Json::object();
  for (const Answer& answer : operation.answers) {
    Json& response = responses[std::to_string(answer.status)];
    response["description"] = answer.description;
    if (answer.content_type.empty()) continue;
    response["content"][answer.content_type] = Json::object();
    if (!answer.schema.empty()) {
      response["content"][answer.content_type]["schema"] = answer.schema;
    }
  }
  const Json failure = operation.failure_schema.is_null()
                           ? Json{{"$ref", "#/components/schemas/Error"}}
                           : operation.failure_schema;
  const Json general = {{"$ref", "#/components/schemas/Error"}};
  std::map<int, bool> statuses;  // whether the operation itself answers so
  for (const int status : operation.failures) statuses[status] = true;
  for (const int status : {400, 403, 413, 421, 431, 500}) statuses.emplace(status, false);
  if (!operation.open) statuses.emplace(401, false);
  if (operation.body != BodyKind::kNone) statuses.emplace(408, false);
  for (const auto& [status, own] : statuses) {
    Json& response = responses[std::to_string(status)];
    if (response.is_null()) response["description"] = DescriptionOf(status);
    // What is refused before the route is found has our own shape.
    const bool both = failure != general;
    response["content"]["application/json"]["schema"] =
        both ? Json{{"anyOf", Json::array({failure, general})}} : general;
  }
  return responses;
}

Json Describe(const Operation& operation) {
  Json json = {{"operationId", operation.id}, {"summary", operation.summary}};
  if (!operation.description.empty()) json["description"] = operation.description;
  json["tags"] = Json::array({operation.tag});
  if (operation.open) json["security"] = Json::array();
  const Json parameters = Parameters(operation);
  if (!parameters.empty()) json["parameters"] = parameters;
  if (operation.body != BodyKind::kNone) json["requestBody"] = Body(operation);
  json["responses"] = Responses(operation);
  return json;
}

std::string LowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

Json OpenApiOf(const std::vector<Operation>& operations, const std::string& version) {
  Json paths = Json::object();
  for (const Operation& operation : operations) {
    if (!operation.hidden) {
      paths[operation.path][LowerCase(operation.method)] = Describe(operation);
    }
  }
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "MusicGen"},
            {"version", version},
            {"description",
             "Music from text, played while it is composed and steered while it "
             "plays."}}},
          {"paths", paths},
          {"security", Json::array({Json{{"bearer", Json::array()}}, Json::object()})},
          {"components",
           {{"schemas", {{"Error", ErrorObjectSchema()}}},
            {"securitySchemes", {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
}

}  // namespace musicgen::serve
