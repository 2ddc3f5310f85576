// Any bytes are either a package of demucs whose tensors fit its arguments, or an Error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "model/demucs_file.h"
#include "separation/expected_tensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace musicgen;
  try {
    const auto file = checkpoint::TorchFile::Parse({reinterpret_cast<const char*>(data), size}, "f",
                                                   checkpoint::PickleGlobals::kDemucs);
    const model::DemucsFile demucs = model::ReadDemucsPackage(file);
    MG_CHECK_LT(0, demucs.config.segment_samples());
    MG_CHECK_LT(0, demucs.config.stems());
    checkpoint::CheckTensors(*demucs.tensors, separation::ExpectedTensors(demucs.config), {});
  } catch (const Error& error) {
    MG_CHECK(error.code() == ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
