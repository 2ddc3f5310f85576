#include "serve/http/failure.h"

#include <new>

namespace musicgen::serve {
namespace {

Failure OutOfMemory() {
  return {.status = 507,
          .message = "There is not enough memory for this request.",
          .code = "out_of_memory"};
}

Failure Internal() {
  return {.status = 500, .message = "The server failed on this request.", .code = "internal_error"};
}

}  // namespace

std::string TypeOf(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 429:
      return "rate_limit_error";
    default:
      return status < 500 ? "invalid_request_error" : "server_error";
  }
}

void Refuse(int status, const std::string& code, const std::string& message,
            const std::string& param) {
  throw Refusal(
      {.status = status, .message = message, .type = TypeOf(status), .param = param, .code = code});
}

void RefuseInput(const std::string& param, const std::string& message) {
  throw Refusal({.status = 400, .message = message, .type = TypeOf(400), .param = param});
}

Failure FailureOf(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kBadInput:
    case ErrorCode::kUnsupported:
      return {.status = 400, .message = error.what(), .type = TypeOf(400)};
    case ErrorCode::kOutOfMemory:
      return OutOfMemory();
    case ErrorCode::kFailure:
      break;
  }
  return Internal();
}

Failure FailureOf(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Refusal& refusal) {
    return refusal.failure();
  } catch (const Error& error) {
    return FailureOf(error);
  } catch (const std::bad_alloc&) {
    return OutOfMemory();
  } catch (...) {
    return Internal();
  }
}

}  // namespace musicgen::serve
