// Any bytes are either a torch.save file whose tensors lie within it, or an Error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/torch_file.h"

namespace {

void Visit(const std::shared_ptr<const musicgen::checkpoint::TorchFile>& file,
           const std::string& key, int depth) {
  const auto tensors = OpenTorchTensors(file, key);
  for (const std::string& name : tensors->Names()) {
    const musicgen::TensorView tensor = tensors->Get(name);
    // Touching the ends is enough for the sanitizer.
    const auto* bytes = static_cast<const volatile char*>(tensor.data);
    if (tensor.bytes() > 0) MG_CHECK_LE(bytes[0] + bytes[tensor.bytes() - 1], 510);
  }
  for (const std::string& name : file->Keys(key)) {
    const std::string inner = key.empty() ? name : key + "/" + name;
    if (depth > 0 && file->IsDict(inner)) Visit(file, inner, depth - 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    Visit(musicgen::checkpoint::TorchFile::Parse({reinterpret_cast<const char*>(data), size}, "f"),
          "", 2);
  } catch (const musicgen::Error& error) {
    MG_CHECK(error.code() == musicgen::ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
