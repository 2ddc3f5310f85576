// Throwing musicgen::Error: a code and a sentence that says what, where, what was expected and what
// was found.
#pragma once

#include <span>
#include <sstream>
#include <string>
#include <string_view>

#include "musicgen/error.hpp"  // IWYU pragma: export

namespace musicgen {

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

// The exception that is being handled, as an Error: of another kind, one that names what went wrong
// while `doing`. Call it from a catch block.
Error CurrentError(std::string_view doing);

// Makes text from a hostile file fit for a one-line message: control characters become '?', at most
// `limit` bytes.
std::string Printable(std::string_view text, size_t limit = 80);
// "a, b and 3 more": the first `most` names, each made printable; "nothing at all" where there are
// none.
std::string Listed(std::span<const std::string> names, size_t most);

}  // namespace musicgen
