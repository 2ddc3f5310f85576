// How commands complain: by throwing musicgen::Error with one sentence.
#pragma once

#include <string>

#include "musicgen/error.hpp"

namespace musicgen::cli {

[[noreturn]] inline void BadInput(const std::string& sentence) {
  throw Error(ErrorCode::kBadInput, sentence);
}

}  // namespace musicgen::cli
