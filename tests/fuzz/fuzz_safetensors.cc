// Any bytes are either a safetensors file whose tensors lie within it, or an Error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "container.h"

namespace {

void Parse(std::string_view bytes) {
  const uint64_t size = bytes.size();
  try {
    const auto header = musicgen::checkpoint::ParseSafetensorsHeader(bytes, size, "m.safetensors");
    uint64_t tensor_bytes = 0;
    for (size_t i = 0; i < header.tensors.size(); ++i) {
      MG_CHECK_LE(header.offsets[i], size);
      MG_CHECK_LE(header.tensors[i].bytes(), size - header.offsets[i]);
      tensor_bytes += header.tensors[i].bytes();
    }
    MG_CHECK_LE(tensor_bytes, size - 8);
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
