// Any text is either a tree of values, or an Error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace musicgen;
  try {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const checkpoint::JsonValue value = checkpoint::ParseYaml(text, "y");
    MG_CHECK(!checkpoint::Describe(value).empty());
  } catch (const Error& error) {
    MG_CHECK(error.code() == ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
