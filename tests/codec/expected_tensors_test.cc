#include "codec/expected_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "codec/tiny_codec.h"

namespace musicgen::codec {
namespace {

// Only the codec's part of the fixture, so that nothing else counts as unexpected.
std::vector<std::string> IgnoredInFixture() {
  std::vector<std::string> ignored = IgnoredTensors();
  ignored.insert(ignored.end(), {"text_encoder.*", "decoder.*", "enc_to_dec_proj.*"});
  return ignored;
}

TEST(ExpectedTensorsTest, TheFixtureHasThemAndNoOthers) {
  EXPECT_NO_THROW(checkpoint::CheckTensors(
      TinySource(), ExpectedTensors(TinyConfig(), TinySource(), TinyPrefix()), IgnoredInFixture(),
      true));
}

TEST(ExpectedTensorsTest, WidthsThatDoNotFitAreNamed) {
  CodecConfig config = TinyConfig();
  config.latent_width = 25;
  try {
    checkpoint::CheckTensors(TinySource(), ExpectedTensors(config, TinySource(), TinyPrefix()),
                             IgnoredInFixture());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("mis-shaped"));
    EXPECT_THAT(error.what(), testing::HasSubstr("expected floating-point [25"));
  }
}

TEST(ExpectedTensorsTest, AMissingTensorIsNamedWhenLoading) {
  CodecConfig config = TinyConfig();
  config.num_quantizers = 5;
  try {
    Codec(config, TinySource(), TinyPrefix());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_THAT(error.what(), testing::HasSubstr("quantizer.layers.4.codebook.embed"));
  }
}

TEST(ExpectedTensorsTest, ShortcutsAndMoreUnitsAreListed) {
  CodecConfig config = TinyConfig();
  config.conv_shortcut = true;
  config.num_residual_layers = 2;
  std::vector<std::string> names;
  for (const auto& tensor : ExpectedTensors(config, TinySource(), "")) names.push_back(tensor.name);
  const auto has = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  EXPECT_TRUE(has("decoder.layers.4.shortcut.conv.bias"));
  EXPECT_TRUE(has("decoder.layers.5.block.3.conv.bias"));
  EXPECT_TRUE(has("decoder.layers.7.conv.bias"));   // the next transposed convolution
  EXPECT_TRUE(has("decoder.layers.19.conv.bias"));  // the last convolution
  EXPECT_TRUE(has("encoder.layers.17.lstm.weight_hh_l1"));
}

}  // namespace
}  // namespace musicgen::codec
