#include "mert/expected_tensors.h"

#include "base/error.h"

namespace musicgen::mert {

std::vector<checkpoint::ExpectedTensor> ExpectedTensors(const MertConfig& config,
                                                        const checkpoint::TensorSource& source) {
  const TensorRole matrix = TensorRole::kFloatMatrix;
  std::vector<checkpoint::ExpectedTensor> expected;
  const auto norm = [&](const std::string& name, int64_t width) {
    expected.push_back({name + ".weight", {width}});
    expected.push_back({name + ".bias", {width}});
  };
  const auto linear = [&](const std::string& name, int64_t outputs, int64_t inputs) {
    expected.push_back({name + ".weight", {outputs, inputs}, matrix});
    expected.push_back({name + ".bias", {outputs}});
  };
  int64_t inputs = 1;
  for (size_t i = 0; i < config.convolutions.size(); ++i) {
    const Convolution& conv = config.convolutions[i];
    const std::string layer = StrCat("feature_extractor.conv_layers.", i, ".");
    expected.push_back({layer + "conv.weight", {conv.channels, inputs, conv.kernel}, matrix});
    if (i == 0) norm(layer + "layer_norm", conv.channels);
    inputs = conv.channels;
  }
  norm("feature_projection.layer_norm", inputs);
  linear("feature_projection.projection", config.width, inputs);
  const std::string position = "encoder.pos_conv_embed.conv";
  const checkpoint::WeightNormNames names = checkpoint::FindWeightNorm(source, position);
  expected.push_back({names.direction,
                      {config.width, config.width / config.position_groups, config.position_kernel},
                      matrix});
  if (!names.gain.empty()) expected.push_back({names.gain, {1, 1, config.position_kernel}});
  expected.push_back({position + ".bias", {config.width}});
  norm("encoder.layer_norm", config.width);
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string layer = StrCat("encoder.layers.", i, ".");
    for (const char* name : {"q", "k", "v", "out"}) {
      linear(StrCat(layer, "attention.", name, "_proj"), config.width, config.width);
    }
    norm(layer + "layer_norm", config.width);
    linear(layer + "feed_forward.intermediate_dense", config.ffn_width, config.width);
    linear(layer + "feed_forward.output_dense", config.width, config.ffn_width);
    norm(layer + "final_layer_norm", config.width);
  }
  return expected;
}

std::vector<std::string> IgnoredTensors() { return {"masked_spec_embed"}; }

}  // namespace musicgen::mert
