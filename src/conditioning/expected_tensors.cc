#include "conditioning/expected_tensors.h"

#include <utility>

#include "base/error.h"

namespace musicgen::conditioning {

std::vector<checkpoint::ExpectedTensor> ExpectedProjection(const ProjectionNames& names,
                                                           int64_t inputs, int64_t width) {
  return {{names.weight, {width, inputs}, TensorRole::kFloatMatrix}, {names.bias, {width}}};
}

std::vector<checkpoint::ExpectedTensor> ExpectedTextProjection(
    int64_t text_width, int64_t width, const checkpoint::TensorSource& source) {
  if (text_width == width && !source.Has(kTextProjection.weight)) return {};
  return ExpectedProjection(kTextProjection, text_width, width);
}

std::vector<checkpoint::ExpectedTensor> ExpectedProjections(
    int64_t text_width, const std::optional<MelodyConfig>& melody, int64_t width,
    const checkpoint::TensorSource& source) {
  std::vector<checkpoint::ExpectedTensor> expected =
      ExpectedTextProjection(text_width, width, source);
  if (melody) {
    for (auto& tensor : ExpectedProjection(kMelodyProjection, melody->chroma.classes, width)) {
      expected.push_back(std::move(tensor));
    }
  }
  return expected;
}

std::string StyleName(const std::string& name) { return "style_encoder." + name; }

std::string StyleLayerName(int64_t layer) {
  return StyleName(StrCat("transformer.layers.", layer, "."));
}

std::string StyleCodebookName(int64_t k) {
  return StyleName(StrCat("rvq.vq.layers.", k, "._codebook.embed"));
}

std::vector<checkpoint::ExpectedTensor> ExpectedStyleEncoder(const StyleConfig& config,
                                                             int64_t width) {
  const int64_t d = config.width;
  const TensorRole matrix = TensorRole::kFloatMatrix;
  std::vector<checkpoint::ExpectedTensor> expected = {
      {StyleName("embed.weight"), {d, config.feature_width}, matrix},
      {StyleName("embed.bias"), {d}},
      {StyleName("batch_norm.running_mean"), {d}},
      {StyleName("batch_norm.running_var"), {d}}};
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string layer = StyleLayerName(i);
    for (const char* norm : {"norm1", "norm2"}) {
      expected.push_back({StrCat(layer, norm, ".weight"), {d}});
      expected.push_back({StrCat(layer, norm, ".bias"), {d}});
    }
    expected.push_back({layer + "self_attn.in_proj_weight", {3 * d, d}, matrix});
    expected.push_back({layer + "self_attn.out_proj.weight", {d, d}, matrix});
    expected.push_back({layer + "linear1.weight", {config.ffn_width, d}, matrix});
    expected.push_back({layer + "linear2.weight", {d, config.ffn_width}, matrix});
  }
  for (int64_t k = 0; k < config.codebooks; ++k) {
    expected.push_back({StyleCodebookName(k), {config.codebook_size, d}, matrix});
  }
  for (auto& tensor : ExpectedProjection(kStyleProjection, d, width)) {
    expected.push_back(std::move(tensor));
  }
  return expected;
}

std::vector<std::string> IgnoredStyleTensors() {
  return {"*._codebook.embed_avg", "*._codebook.cluster_size", "*._codebook.inited",
          StyleName("batch_norm.num_batches_tracked")};
}

}  // namespace musicgen::conditioning
