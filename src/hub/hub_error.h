// What is said when the hub does not give what was asked for: one sentence each.
#pragma once

#include <string>

#include "base/error.h"
#include "hub/http.h"

namespace musicgen::hub {

// Of answers that may be others tomorrow, or of none: what the cache holds may serve instead.
class Unavailable : public Error {
 public:
  explicit Unavailable(const std::string& message) : Error(ErrorCode::kFailure, message) {}
};

// What was asked for, as messages name it.
struct Subject {
  std::string id, revision;
  std::string what;  // "facebook/musicgen-small", or a file of it
  bool has_token = false;
};

// `answer` came from `host` and is neither a success nor a redirect, or none came.
[[noreturn]] void RefuseAnswer(const Subject& subject, const std::string& host,
                               const HttpAnswer& answer);
// A web page came instead.
[[noreturn]] void RefusePage(const Subject& subject, const std::string& host);

// Whether the same request may succeed a little later.
bool IsPassing(const HttpAnswer& answer);
// Whether the content is said to be a web page.
bool IsPage(const HttpAnswer& answer);

}  // namespace musicgen::hub
