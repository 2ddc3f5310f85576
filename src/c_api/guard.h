// The library's border: no exception crosses it. Every function of the C interface that can fail
// runs in one of these.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "c_api/registry.h"
#include "musicgen/musicgen.h"

namespace musicgen::c_api {

// For a catch block: the status of the exception in flight, whose sentence becomes this thread's
// last. Want of memory is MG_OUT_OF_MEMORY, what the system or the standard library says
// MG_FAILURE.
mg_status CurrentFailure() noexcept;
// This thread's last sentence.
void SetLastError(const std::string& sentence) noexcept;
const char* LastError() noexcept;
mg_status StatusOf(ErrorCode code);

// MG_OK, or the status that `body` returns.
template <class Body>
mg_status Guard(Body&& body) noexcept {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Body>>) {
      std::forward<Body>(body)();
      return MG_OK;
    } else {
      return std::forward<Body>(body)();
    }
  } catch (...) {
    return CurrentFailure();
  }
}

// What `body` returns, of a getter: where it fails nothing, 0 or null.
template <class Body>
auto Value(Body&& body) noexcept -> std::invoke_result_t<Body> {
  try {
    return std::forward<Body>(body)();
  } catch (...) {
    CurrentFailure();
    return {};
  }
}

// A new handle of what `make` returns, a shared_ptr<T>; null where it fails.
template <class T, class Make>
mg_status Create(T** out, Make&& make) noexcept {
  return Guard([&] {
    if (out == nullptr) ThrowBadInput(T::kName, ": expected a place for the handle, found NULL");
    *out = nullptr;
    *out = NewHandle<T>(std::forward<Make>(make)());
  });
}

}  // namespace musicgen::c_api
