// Any text is either a configuration whose keys can be asked for as every type, or an Error.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/config.h"

namespace {

using musicgen::checkpoint::Config;

void Try(const std::function<void()>& action) {
  try {
    action();
  } catch (const musicgen::Error& error) {
    MG_CHECK(error.code() == musicgen::ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}

void AskEverything(const Config& config) {
  for (const std::string& key : config.Keys()) {
    if (!config.Has(key)) continue;
    Try([&] { MG_CHECK_LE(config.Int(key, 0, 1, 65536), 65536); });
    Try([&] { MG_CHECK_LE(config.Number(key, 0, 0, 1e6), 1e6); });
    Try([&] { config.Bool(key, false); });
    Try([&] { config.String(key, ""); });
    Try([&] { MG_CHECK_LE(config.Ints(key, {}, 1, 64, 16).size(), 16u); });
    Try([&] { MG_CHECK_LE(config.Numbers(key, {}, 0, 1, 16).size(), 16u); });
    Try([&] { AskEverything(config.Object(key)); });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Try([&] { AskEverything(Config::Parse(text, "config.json")); });
  return 0;
}
