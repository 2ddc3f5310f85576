// The one exception type of the library.
#pragma once

#include <stdexcept>
#include <string>

namespace musicgen {

enum class ErrorCode {
  kBadInput,     // a file, request or option is at fault; the program exits with 2
  kFailure,      // the machine failed: disk, memory, a device; the program exits with 1
  kOutOfMemory,  // as kFailure, but of one request alone
};

// what() is one sentence: what, where, what was expected and what was found.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace musicgen
