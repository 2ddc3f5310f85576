// Any line is either a steering that says something, or an Error of one sentence.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cli/live_line.h"
#include "musicgen/error.hpp"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace musicgen;
  try {
    const std::string line(reinterpret_cast<const char*>(data), size);
    const Steering steering = cli::ParseLiveLine(line, "l");
    Check(steering.prompt || steering.cfg_coef || steering.temperature || steering.top_k ||
          steering.top_p);
    Check(!steering.prompt || steering.prompt->find('\0') == std::string::npos);
    Check(steering.cfg_coef.value_or(0) >= 0 && steering.temperature.value_or(0) >= 0);
    Check(steering.top_p.value_or(0) >= 0 && steering.top_p.value_or(0) <= 1);
    Check(steering.top_k.value_or(0) >= 0 && steering.at_step.value_or(0) >= 0);
  } catch (const Error& error) {
    Check(error.code() == ErrorCode::kBadInput);
    Check(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
