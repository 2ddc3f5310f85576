// The library's border: what leaves it is musicgen::Error.
#pragma once

#include <utility>

namespace musicgen {

// For a catch block: throws the exception in flight as an Error. Want of memory becomes
// kOutOfMemory, what the system or the standard library says kFailure; an Error stays as it is, and
// so does what is no std::exception (a caller's callback may throw it).
[[noreturn]] void RethrowAsError();

// What `body` returns. Every public function that can fail runs in it.
template <class Body>
decltype(auto) Guard(Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (...) {
    RethrowAsError();
  }
}

}  // namespace musicgen
