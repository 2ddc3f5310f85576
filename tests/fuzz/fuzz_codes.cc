// Any bytes are either a codes file whose codes are within their codebook, or an Error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/codes_file.h"
#include "container.h"

namespace {

void Parse(std::string_view bytes) {
  try {
    musicgen::checkpoint::CodesInfo info;
    const auto samples = musicgen::checkpoint::ParseCodes(bytes, "c.safetensors", &info);
    const int64_t most = info.codebook_size > 0 ? info.codebook_size : 65536;
    for (const musicgen::Codes& codes : samples) {
      MG_CHECK_EQ(codes.codebooks, samples[0].codebooks);
      MG_CHECK_EQ(codes.frames, samples[0].frames);
      MG_CHECK_EQ(static_cast<size_t>(codes.codebooks * codes.frames), codes.values.size());
      for (int32_t code : codes.values) MG_CHECK(code >= 0 && code < most);
    }
  } catch (const musicgen::Error& error) {
    MG_CHECK(error.code() == musicgen::ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Parse(bytes);
  Parse(HonestContainer(bytes));
  return 0;
}
