#pragma once

#include <functional>
#include <string>

#include "musicgen/error.hpp"

namespace musicgen::serve {

// The sentence that is thrown: of bad input as it is, of a failure behind "failure: ".
inline std::string ComplaintOf(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return (error.code() == ErrorCode::kBadInput ? "" : "failure: ") + std::string(error.what());
  }
  return "";
}

}  // namespace musicgen::serve
