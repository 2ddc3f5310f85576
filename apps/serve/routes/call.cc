#include "serve/routes/call.h"

#include <utility>

namespace musicgen::serve {

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void Call::Answer(int status, const Json& body) const {
  Response response;
  response.status = status;
  response.body = Dump(body);
  exchange->Send(std::move(response));
}

void Call::Fail(const Failure& failure) const { exchange->Send(failure_body(failure)); }

void Call::Fail(const std::exception_ptr& exception) const { Fail(FailureOf(exception)); }

void Call::Guard(const std::function<void()>& work) const {
  try {
    work();
  } catch (...) {
    Fail(std::current_exception());
  }
}

}  // namespace musicgen::serve
