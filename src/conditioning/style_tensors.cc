#include "conditioning/style_tensors.h"

#include <utility>

#include "base/error.h"
#include "conditioning/expected_tensors.h"

namespace musicgen::conditioning {
namespace {

constexpr int64_t kMostLayers = 256, kMostCodebooks = 64;

Shape MatrixShape(const checkpoint::TensorSource& source, const std::string& name) {
  if (!source.Has(name)) {
    ThrowBadInput(source.Where(), ": expected the style encoder's tensor ", name, ", found none");
  }
  Shape shape = source.Describe(name).shape;
  if (shape.size() != 2) {
    ThrowBadInput(source.Where(), ": tensor ", name, ": expected two dimensions, found ",
                  ToString(shape));
  }
  return shape;
}

// How many of a numbered list's members are there.
template <class NameOf>
int64_t Count(const checkpoint::TensorSource& source, int64_t most, const NameOf& name_of) {
  int64_t count = 0;
  while (count < most && source.Has(name_of(count))) ++count;
  return count;
}

}  // namespace

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

void ReadStyleSizes(const checkpoint::TensorSource& source, StyleConfig* config) {
  const Shape embed = MatrixShape(source, StyleName("embed.weight"));
  config->width = embed[0];
  config->feature_width = embed[1];
  config->layers =
      Count(source, kMostLayers, [](int64_t i) { return StyleLayerName(i) + "linear1.weight"; });
  if (config->layers > 0) {
    config->ffn_width = MatrixShape(source, StyleLayerName(0) + "linear1.weight")[0];
  }
  config->codebooks = Count(source, kMostCodebooks, StyleCodebookName);
  config->codebook_size = MatrixShape(source, StyleCodebookName(0))[0];
}

}  // namespace musicgen::conditioning
