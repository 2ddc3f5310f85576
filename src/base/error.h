// The one exception type of the project: a code and a sentence that says what, where, what was
// expected and what was found.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace musicgen {

enum class ErrorCode {
  kBadInput,     // a file, request or option is at fault; the program exits with 2
  kFailure,      // the machine failed: disk, memory, a device; the program exits with 1
  kOutOfMemory,  // as kFailure, but of one request alone
};

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

// Joins its arguments as a stream would print them.
template <class... Args>
std::string StrCat(const Args&... args) {
  std::ostringstream out;
  (out << ... << args);
  return out.str();
}

template <class... Args>
[[noreturn]] void ThrowBadInput(const Args&... args) {
  throw Error(ErrorCode::kBadInput, StrCat(args...));
}

template <class... Args>
[[noreturn]] void ThrowFailure(const Args&... args) {
  throw Error(ErrorCode::kFailure, StrCat(args...));
}

// Makes text from a hostile file fit for a one-line message: control characters become '?', at most
// `limit` bytes.
std::string Printable(std::string_view text, size_t limit = 80);

}  // namespace musicgen
