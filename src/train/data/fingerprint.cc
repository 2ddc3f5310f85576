#include "train/data/fingerprint.h"

#include <bit>
#include <cstdio>
#include <map>

#include "checkpoint/weight_norm_names.h"
#include "codec/expected_tensors.h"

namespace musicgen::train {
namespace {

class Fnv {
 public:
  void Add(uint32_t word) { Mix(word, 4); }
  void Add(const std::string& text) {
    for (const char c : text) Mix(static_cast<unsigned char>(c), 1);
  }
  std::string Hex() const {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash_));
    return digits;
  }

 private:
  void Mix(uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) hash_ = (hash_ ^ (value >> (8 * i) & 255)) * 0x100000001b3;
  }
  uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace

std::string Fingerprint(const codec::CodecConfig& config, const checkpoint::TensorSource& source,
                        const std::string& prefix) {
  Fnv hash;
  hash.Add(checkpoint::ToJson(codec::ToJson(config)));
  // By name in the older spelling of weight norm, whatever the file's order and spelling.
  std::map<std::string, std::string> names;
  for (const checkpoint::ExpectedTensor& tensor : codec::ExpectedTensors(config, source, prefix)) {
    names[checkpoint::OldWeightNormName(tensor.name.substr(prefix.size()))] = tensor.name;
  }
  for (const auto& [name, own] : names) {
    hash.Add(name);
    const TensorView tensor = source.Get(own);
    for (const float value : ToFloats(tensor)) hash.Add(std::bit_cast<uint32_t>(value));
    source.Drop(tensor);
  }
  return hash.Hex();
}

std::string Fingerprint(const std::string& text) {
  Fnv hash;
  hash.Add(text);
  return hash.Hex();
}

}  // namespace musicgen::train
