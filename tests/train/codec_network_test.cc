#include "train/codec/codec_network.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "train/codec/initialise_codec.h"
#include "train/codec/stft_discriminator.h"

namespace musicgen::train {
namespace {

at::Tensor QuietNoise(int64_t samples) {
  at::manual_seed(1);
  return at::randn({2, 1, samples}) * 0.1;
}

int64_t Elements(const Parameters& parameters) {
  int64_t sum = 0;
  for (const Parameter& parameter : parameters) sum += parameter.value.numel();
  return sum;
}

TEST(CodecNetwork, OfMusicGenHasItsParameters) {
  codec::CodecConfig config;
  // 56.88 M: convolutions with gains and biases, and both LSTMs.
  EXPECT_NEAR(static_cast<double>(Elements(CodecNetwork(config).parameters())), 56.88e6, 1e4);
}

class OfBothPaddings : public ::testing::TestWithParam<nn::PadMode> {};
INSTANTIATE_TEST_SUITE_P(, OfBothPaddings,
                         ::testing::Values(nn::PadMode::kZero, nn::PadMode::kReflect));

TEST_P(OfBothPaddings, FramesAreRoundedUp) {
  codec::CodecConfig config;
  config.num_filters = 2;
  config.latent_width = 4;
  config.pad_mode = GetParam();
  CodecNetwork network(config);
  Initialise(network, CodecInit::kVariancePreserving, 1);
  const at::NoGradGuard no_grad;
  for (const auto& [samples, frames] :
       {std::pair{1, 1}, {640, 1}, {641, 2}, {12345, 20}, {32000, 50}}) {
    const at::Tensor latents = network.Encode(QuietNoise(samples));
    EXPECT_EQ(latents.sizes(), (std::vector<int64_t>{2, 4, frames})) << samples;
    EXPECT_EQ(network.Decode(latents).size(2), 640 * frames);
  }
}

TEST(Initialise, KeepsTheVarianceWhereTheFrameworksLosesIt) {
  codec::CodecConfig config;
  config.num_filters = 16;
  CodecNetwork network(config);
  const at::NoGradGuard no_grad;
  const auto latents_vary = [&](CodecInit init) {
    Initialise(network, init, 1);
    return network.Encode(QuietNoise(6400)).std().item<double>();
  };
  EXPECT_GT(latents_vary(CodecInit::kVariancePreserving), 0.1);
  EXPECT_LT(latents_vary(CodecInit::kFramework), 0.05);
}

TEST(Initialise, DrawsTheFrameworksBounds) {
  codec::CodecConfig config;
  CodecNetwork network(config);
  Initialise(network, CodecInit::kFramework, 1);
  // 1024 × 512 × 16, transposed: PyTorch counts 512 · 16 outputs as fan_in.
  const NormedConvolution& up = network.decoder().layers()[2].convolutions.front();
  EXPECT_NEAR(up.Weight().abs().max().item<double>(), 1 / std::sqrt(512.0 * 16), 1e-5);
  const NormedConvolution& first = network.encoder().layers().front().convolutions.front();
  EXPECT_NEAR(first.Weight().abs().max().item<double>(), 1 / std::sqrt(7.0), 1e-2);
}

TEST(StftDiscriminator, HasThePaperssShapesAndParameters) {
  Parameters parameters;
  const StftDiscriminator discriminator(1024, 32, "d.", at::Generator(), &parameters);
  // 2·32·27 + 32, three times 32·32·27 + 64, 32·32·9 + 64, 32·9 + 2.
  EXPECT_EQ(Elements(parameters), 1760 + 3 * 27712 + 9280 + 290);
  const at::NoGradGuard no_grad;
  const StftDiscriminator::Output output = discriminator.Forward(QuietNoise(32000));
  const int64_t frames = (32000 - 1024) / 256 + 1;
  const std::vector<int64_t> bins = {513, 257, 129, 65, 65};
  ASSERT_EQ(output.features.size(), bins.size());
  for (size_t i = 0; i < bins.size(); ++i) {
    EXPECT_EQ(output.features[i].sizes(), (std::vector<int64_t>{2, 32, frames, bins[i]})) << i;
  }
  EXPECT_EQ(output.logits.sizes(), (std::vector<int64_t>{2, 1, frames, 65}));
}

}  // namespace
}  // namespace musicgen::train
