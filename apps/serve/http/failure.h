// Why a request is refused or fails, as its client is told.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "musicgen/error.hpp"

namespace musicgen::serve {

struct Failure {
  int status = 500;
  std::string message;  // one sentence: what, where, expected, found; nothing of this machine
  std::string type = "server_error";  // or invalid_request_error, authentication_error, …
  std::string param;                  // the field at fault; empty: none
  std::string code;                   // a short name for programs; empty: none
  std::optional<int> retry_after_s;   // with 429 and 503
};

// What a handler throws.
class Refusal : public std::exception {
 public:
  explicit Refusal(Failure failure) : failure_(std::move(failure)) {}
  const Failure& failure() const { return failure_; }
  const char* what() const noexcept override { return failure_.message.c_str(); }

 private:
  Failure failure_;
};

// The usual type for a status: invalid_request_error, authentication_error, permission_error,
// rate_limit_error, server_error.
std::string TypeOf(int status);

[[noreturn]] void Refuse(int status, const std::string& code, const std::string& message,
                         const std::string& param = "");

// 400, invalid_request_error.
[[noreturn]] void RefuseInput(const std::string& param, const std::string& message);

// What an error means for the client: 400 for kBadInput and kUnsupported, 507 where memory is
// short, else 500, in words that tell nothing of the inside.
Failure FailureOf(const Error& error);
// Likewise; a Refusal's own failure.
Failure FailureOf(const std::exception_ptr& exception);

}  // namespace musicgen::serve
