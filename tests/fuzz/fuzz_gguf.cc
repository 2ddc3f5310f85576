// Any bytes are either a GGUF file whose values and tensors lie within it, or an Error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/gguf_header.h"

namespace {

bool Within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void Parse(std::string_view bytes) {
  try {
    const auto header = musicgen::checkpoint::ParseGguf(bytes, "m.gguf");
    for (const auto& [key, value] : header.metadata) {
      MG_CHECK(Within(key, bytes));
      MG_CHECK(Within(value.bytes, bytes));
    }
    uint64_t end = 0;
    for (size_t i = 0; i < header.tensors.size(); ++i) {
      MG_CHECK_LE(end, header.offsets[i]);
      MG_CHECK_LE(header.offsets[i], bytes.size());
      MG_CHECK_LE(header.tensors[i].bytes(), bytes.size() - header.offsets[i]);
      end = header.offsets[i] + header.tensors[i].bytes();
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
  // Most mutations of the magic and version lead nowhere.
  Parse(std::string("GGUF\3\0\0\0", 8).append(bytes));
  return 0;
}
