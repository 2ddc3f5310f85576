// Any text is either a tokenizer.json that encodes every text, or an Error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokenizer_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  musicgen::LoadAndEncode("tokenizer.json", {reinterpret_cast<const char*>(data), size});
  return 0;
}
