// A request on its way through one operation.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "serve/http/exchange.h"
#include "serve/http/failure.h"
#include "serve/routes/field_values.h"

namespace musicgen::serve {

using FailureBody = std::function<Response(const Failure&)>;

// Copies are cheap and keep the exchange and its request's body alive.
struct Call {
  std::shared_ptr<Exchange> exchange;
  FailureBody failure_body;
  FieldValues query, fields;

  const Request& request() const { return exchange->request(); }
  const std::string& parameter(size_t i) const { return request().parameters.at(i); }

  void Answer(int status, const Json& body) const;
  // From any thread; where a handler throws it comes to the same.
  void Fail(const std::exception_ptr& exception) const;
  void Fail(const Failure& failure) const;
  // Runs `work`, and answers with what it throws.
  void Guard(const std::function<void()>& work) const;
};

// Bytes as they stand in an answer: invalid UTF-8 is replaced.
std::string Dump(const Json& json);

}  // namespace musicgen::serve
