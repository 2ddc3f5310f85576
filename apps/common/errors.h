// How programs complain: by throwing musicgen::Error with one sentence.
#pragma once

#include <functional>
#include <string>

#include "musicgen/error.hpp"

namespace musicgen::common {

[[noreturn]] inline void BadInput(const std::string& sentence) {
  throw Error(ErrorCode::kBadInput, sentence);
}

// Thrown where work was left half-way because of Ctrl-C: status 130.
struct Interrupted {};

// Runs the body of main(), which returns the exit status, and flushes stdout. What it throws
// becomes one line on stderr, "musicgen: …" for the program `name`, and status 2 for bad usage or
// input, else 1; Interrupted, 130.
int ExitStatusOf(const char* name, const std::function<int()>& body);

}  // namespace musicgen::common
