#include "codec/expected_tensors.h"

#include "codec/seanet_layout.h"

namespace musicgen::codec {
namespace {

using Kind = SeanetLayer::Kind;

class Expectations {
 public:
  explicit Expectations(const checkpoint::TensorSource& source) : source_(source) {}

  void Add(const std::string& name, Shape shape, TensorRole role = TensorRole::kFloat) {
    tensors_.push_back({name, std::move(shape), role});
  }

  // The gain has the weight's first axis, which is `in` for transposed convolutions.
  void Conv(const std::string& base, Shape weight, int64_t out) {
    const checkpoint::WeightNormNames names = checkpoint::FindWeightNorm(source_, base);
    if (!names.gain.empty()) Add(names.gain, {weight[0], 1, 1});
    Add(names.direction, std::move(weight), TensorRole::kConvolution);
    Add(base + ".bias", {out});
  }

  void Layer(const CodecConfig& config, const SeanetLayer& layer, const std::string& name) {
    const int64_t in = layer.in_channels;
    const int64_t out = layer.out_channels;
    switch (layer.kind) {
      case Kind::kConv:
        return Conv(name + ".conv", {out, in, layer.kernel}, out);
      case Kind::kConvTranspose:
        return Conv(name + ".conv", {in, out, layer.kernel}, out);
      case Kind::kResidualUnit: {
        const int64_t hidden = in / config.compress;
        Conv(name + ".block.1.conv", {hidden, in, layer.kernel}, hidden);
        Conv(name + ".block.3.conv", {out, hidden, 1}, out);
        if (config.conv_shortcut) Conv(name + ".shortcut.conv", {out, in, 1}, out);
        return;
      }
      case Kind::kLstm:
        for (int64_t l = 0; l < config.num_lstm_layers; ++l) {
          const std::string suffix = "_l" + std::to_string(l);
          Add(name + ".lstm.weight_ih" + suffix, {4 * in, in}, TensorRole::kRecurrent);
          Add(name + ".lstm.weight_hh" + suffix, {4 * in, in}, TensorRole::kRecurrent);
          Add(name + ".lstm.bias_ih" + suffix, {4 * in});
          Add(name + ".lstm.bias_hh" + suffix, {4 * in});
        }
        return;
    }
  }

  std::vector<checkpoint::ExpectedTensor> Build() { return std::move(tensors_); }

 private:
  const checkpoint::TensorSource& source_;
  std::vector<checkpoint::ExpectedTensor> tensors_;
};

}  // namespace

std::vector<checkpoint::ExpectedTensor> ExpectedTensors(const CodecConfig& config,
                                                        const checkpoint::TensorSource& source,
                                                        const std::string& prefix) {
  Expectations expected(source);
  for (const SeanetLayer& layer : EncoderLayout(config)) {
    expected.Layer(config, layer, prefix + "encoder.layers." + std::to_string(layer.index));
  }
  for (int64_t k = 0; k < config.num_quantizers; ++k) {
    expected.Add(prefix + "quantizer.layers." + std::to_string(k) + ".codebook.embed",
                 {config.codebook_size, config.latent_width});
  }
  for (const SeanetLayer& layer : DecoderLayout(config)) {
    expected.Layer(config, layer, prefix + "decoder.layers." + std::to_string(layer.index));
  }
  return expected.Build();
}

std::vector<std::string> IgnoredTensors() {
  return {"*.codebook.inited", "*.codebook.cluster_size", "*.codebook.embed_avg"};
}

}  // namespace musicgen::codec
