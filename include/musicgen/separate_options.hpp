// How a recording is taken apart.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace musicgen {

struct SeparateOptions {
  // Empty: every stem. Else that one and "no_" + stem, the sum of the others.
  std::string stem;
  // The mean over so many positions of the network's segments, which costs as many times; 0 as 1.
  int64_t shifts = 0;
  // After each segment, on the calling thread: how many are done, of how many. Returns false to
  // stop.
  std::function<bool(int64_t done, int64_t segments)> progress;
};

}  // namespace musicgen
