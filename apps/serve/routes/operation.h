// What the server can be asked: the route and its documentation, from one table. /openapi.json is
// written from the same operations that answer.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "serve/http/route.h"
#include "serve/routes/call.h"
#include "serve/routes/field.h"

namespace musicgen::serve {

// An answer that an operation may give.
struct Answer {
  int status = 200;
  std::string description;
  std::string content_type = "application/json";  // "audio/*" for sound
  Json schema = Json::object();                   // of JSON
};

struct Operation {
  std::string method = "GET", path;
  std::string id, summary, description;
  std::string tag;    // "Music" and its kin: headings of the documentation
  bool open = false;  // needs no API key
  std::vector<Field> query;
  OtherFields other_query = OtherFields::kIgnored;
  BodyKind body = BodyKind::kNone;
  std::vector<Field> fields;  // of the body
  OtherFields other_fields = OtherFields::kIgnored;
  bool body_required = true;
  bool takes_multipart = false;  // beside JSON
  std::vector<Answer> answers;   // those that are good; failures are added by status
  std::vector<int> failures;     // statuses beside 400 … that each operation may have
  FailureBody failure_body;      // empty: ours
  Json failure_schema;           // null: ours
  bool hidden = false;           // another form of an operation that is documented
  std::function<void(const Call&)> run;
};

// One with the fields that all have.
Operation NewOperation(const char* method, const char* path, const char* id, const char* summary,
                       const char* tag);

// Runs work that takes long elsewhere.
using PostWork = std::function<void(std::function<void()>)>;

// Large bodies are read there, not on the server's thread.
Route RouteOf(const Operation& operation, const PostWork& post_long);

}  // namespace musicgen::serve
