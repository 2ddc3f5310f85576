// check_torch: reads torch.save files from standard input, each as four bytes of length
// (little-endian) and its bytes, and answers a line for each: "accepted", or why not. For
// scripts/check_torch_load.py.

#include <cstdint>
#include <cstdio>
#include <string>

#include "base/error.h"
#include "checkpoint/torch_file.h"

namespace {

// Reads every element of every tensor, at whatever depth.
uint64_t Touch(const std::shared_ptr<const musicgen::checkpoint::TorchFile>& file,
               const std::string& key, int depth) {
  using namespace musicgen;
  uint64_t sum = 0;
  const auto tensors = checkpoint::OpenTorchTensors(file, key);
  for (const std::string& name : tensors->Names()) {
    const TensorView tensor = tensors->Get(name);
    const auto* bytes = static_cast<const unsigned char*>(tensor.data);
    for (size_t i = 0; i < tensor.bytes(); ++i) sum += bytes[i];
  }
  if (depth == 0) return sum;
  for (const std::string& name : file->Keys(key)) {
    const std::string inner = key.empty() ? name : key + "/" + name;
    if (file->IsDict(inner)) sum += Touch(file, inner, depth - 1);
  }
  return sum;
}

}  // namespace

int main() {
  unsigned char length[4];
  std::string bytes;
  while (std::fread(length, 1, sizeof(length), stdin) == sizeof(length)) {
    bytes.resize(length[0] | length[1] << 8 | length[2] << 16 |
                 static_cast<size_t>(length[3]) << 24);
    if (std::fread(bytes.data(), 1, bytes.size(), stdin) != bytes.size()) return 2;
    try {
      Touch(musicgen::checkpoint::TorchFile::Parse(bytes, "file"), "", 3);
      std::puts("accepted");
    } catch (const musicgen::Error& error) {
      std::printf("%s\n", error.what());
    }
    std::fflush(stdout);
  }
  return 0;
}
