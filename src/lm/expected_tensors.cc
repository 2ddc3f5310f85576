#include "lm/expected_tensors.h"

#include "base/check.h"

namespace musicgen::lm {

std::vector<checkpoint::ExpectedTensor> ExpectedTensors(const LmConfig& config,
                                                        const std::string& prefix) {
  using enum TensorRole;
  const int64_t width = config.width;
  const std::string root = prefix + "model.decoder.";
  std::vector<checkpoint::ExpectedTensor> expected;
  const auto norm = [&](const std::string& name) {
    expected.push_back({name + ".weight", {width}});
    expected.push_back({name + ".bias", {width}});
  };
  for (int64_t k = 0; k < config.codebooks; ++k) {
    expected.push_back(
        {StrCat(root, "embed_tokens.", k, ".weight"), {config.codebook_size + 1, width}, kTable});
    expected.push_back({StrCat(prefix, "lm_heads.", k, ".weight"),
                        {config.codebook_size, width},
                        kSensitiveMatrix});
  }
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string layer = StrCat(root, "layers.", i, ".");
    const auto attention = [&](const std::string& name, TensorRole k, TensorRole out) {
      const auto projection = [&](const char* part, TensorRole role) {
        expected.push_back({StrCat(layer, name, ".", part, "_proj.weight"), {width, width}, role});
      };
      projection("q", kMatrix);
      projection("k", k);
      projection("v", kSensitiveMatrix);
      projection("out", out);
      norm(layer + name + "_layer_norm");
    };
    attention("self_attn", kMatrix, kSensitiveMatrix);
    if (config.cross_attention) attention("encoder_attn", kSensitiveMatrix, kMatrix);
    expected.push_back({layer + "fc1.weight", {config.ffn_width, width}, kMatrix});
    expected.push_back({layer + "fc2.weight", {width, config.ffn_width}, kMatrix});
    norm(layer + "final_layer_norm");
  }
  norm(root + "layer_norm");
  return expected;
}

}  // namespace musicgen::lm
