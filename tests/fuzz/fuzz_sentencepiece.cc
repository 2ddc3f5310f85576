// Any bytes are either a spiece.model that encodes every text, or an Error; and so are they as its
// character map alone, which keeps valid UTF-8 valid.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/charsmap.h"
#include "text/utf8.h"
#include "tokenizer_files.h"

namespace {

void Normalize(std::string_view bytes) {
  try {
    const musicgen::text::Charsmap charsmap(bytes, "spiece.model");
    musicgen::VisitTexts(bytes, [&](std::string_view text) {
      const std::string normal = charsmap.Normalize(musicgen::text::ReplaceInvalidUtf8(text));
      MG_CHECK(musicgen::text::ReplaceInvalidUtf8(normal) == normal);
    });
  } catch (const musicgen::Error& error) {
    MG_CHECK(error.code() == musicgen::ErrorCode::kBadInput);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  musicgen::LoadAndEncode("spiece.model", bytes);
  Normalize(bytes);
  return 0;
}
