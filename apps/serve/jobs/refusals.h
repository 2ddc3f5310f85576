// What this room refuses, in its clients' words.
#pragma once

#include <optional>
#include <string>

#include "musicgen/error.hpp"
#include "serve/http/failure.h"

namespace musicgen::serve {

[[noreturn]] inline void RefuseOrder(int status, const std::string& message,
                                     const std::string& code, const std::string& param = "") {
  Failure failure;
  failure.status = status;
  failure.message = message;
  failure.type = status < 500 ? "invalid_request_error" : "server_error";
  failure.param = param;
  failure.code = code;
  throw Refusal(failure);
}

[[noreturn]] inline void RefuseUnknownJob() {
  RefuseOrder(404,
              "job: expected the id of a job that runs or has ended not long ago, found another",
              "job_not_found");
}

// What the failure of a job means for its client. The sentences of failures that are not of the
// request speak of this machine, and are the operator's.
inline Failure FailureOfJob(const Error& error) {
  Failure failure;
  switch (error.code()) {
    case ErrorCode::kBadInput:
    case ErrorCode::kUnsupported:
      failure = {400, error.what(), "invalid_request_error", "", "bad_input", {}};
      break;
    case ErrorCode::kOutOfMemory:
      failure = {507,
                 "there is not enough memory for this request: expected a shorter one",
                 "server_error",
                 "",
                 "out_of_memory",
                 {}};
      break;
    case ErrorCode::kFailure:
      failure = {
          500, "the server failed while it worked on this request", "server_error", "", "failure",
          {}};
      break;
  }
  return failure;
}

}  // namespace musicgen::serve
