// The one exception type of the library.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace musicgen {

// Numbers are those of musicgen.h.
enum class ErrorCode : int32_t {
  kBadInput = 1,     // a file, request or option is at fault; the program exits with 2
  kFailure = 2,      // the machine failed: disk, a device; the program exits with 1
  kOutOfMemory = 3,  // as kFailure, but of one request alone
  kUnsupported = 5,  // this build or format cannot do it; the program exits with 2
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
