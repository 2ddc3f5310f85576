// Any text is either a table of values, or an Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/verify_values.h"
#include "musicgen/error.hpp"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace musicgen;
  try {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const cli::VerifiedModel& model : cli::ParseVerifyValues(text, "v")) {
      for (const cli::VerifyCheck& check : model.checks) {
        Check(check.sines_hz.empty() || check.sines_hz.size() == check.prompts.size());
        Check(check.beeps_s.empty() || check.beeps_s.size() == check.prompts.size());
        for (const cli::ExpectedValues& expected : check.expected) {
          Check(static_cast<size_t>(expected.sample) < check.prompts.size());
          Check(!expected.values.empty());
        }
      }
    }
  } catch (const Error& error) {
    Check(error.code() == ErrorCode::kBadInput);
    Check(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
