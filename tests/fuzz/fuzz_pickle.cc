// Any bytes are either a pickle whose tensors lie within their storages, or an Error. The zip
// around a pickle would hide most of it from the fuzzer.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/pickle.h"

namespace {

void Check(std::string_view bytes, musicgen::checkpoint::PickleGlobals globals) {
  using namespace musicgen::checkpoint;
  try {
    const Pickle pickle = Pickle::Parse(bytes, "p", globals);
    const auto* dict = std::get_if<PickleDict>(&pickle.root());
    if (dict == nullptr) return;
    for (const auto& [key, value] : dict->items) {
      const auto* tensor = std::get_if<PickleTensor>(&pickle.at(value));
      if (tensor == nullptr || musicgen::NumElements(tensor->shape) == 0) continue;
      int64_t last = tensor->offset;
      for (size_t i = 0; i < tensor->shape.size(); ++i) {
        last += (tensor->shape[i] - 1) * tensor->strides[i];
      }
      MG_CHECK_LT(last, tensor->storage.elements);
    }
  } catch (const musicgen::Error& error) {
    MG_CHECK(error.code() == musicgen::ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using musicgen::checkpoint::PickleGlobals;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Check(bytes, PickleGlobals::kWeights);
  Check(bytes, PickleGlobals::kDemucs);
  return 0;
}
