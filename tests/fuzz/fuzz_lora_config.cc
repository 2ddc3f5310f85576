// Any text is either a LoRA's configuration with a finite scale for every module, or an Error.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "lora/lora_config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace musicgen;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const lora::LoraConfig config =
        lora::ReadLoraConfig(checkpoint::Config::Parse(text, "adapter_config.json"));
    for (const char* module : {"decoder.model.decoder.layers.0.self_attn.q_proj", "a.a.a.a", ""}) {
      const int64_t rank = config.RankOf(module);
      MG_CHECK(rank >= 1 && rank <= lora::kMostRank);
      MG_CHECK(std::isfinite(config.ScaleOf(module)));
    }
  } catch (const Error& error) {
    MG_CHECK(error.code() == ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
