#include "checkpoint/yaml.h"

#include "checkpoint/config.h"
#include "checkpoint/hostile.h"

namespace musicgen::checkpoint {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Error(const std::string& text) {
  return ErrorOf([&] { ParseYaml(text, "x.yaml"); });
}

Config Read(const std::string& text) { return Config::ParseYaml(text, "x.yaml"); }

TEST(YamlTest, ReadsBlockAndFlowStyle) {
  const Config config = Read(
      "a: 1\nb:\n  c: [1, 2]\n  d:\n  - x\n  - 'y'\ne: {f: 1.0e-08, g: null}\nh: ~\ni: true\n"
      "j: '12'\nk: ???\nl: -3\nm: 1e-3\nn: //pre/x\no: ''\n");
  EXPECT_EQ(config.Int("a", 0, 0, 9), 1);
  EXPECT_THAT(config.Object("b").Ints("c", {}, 0, 9, 9), ElementsAre(1, 2));
  EXPECT_THAT(config.Object("b").Strings("d", {}, 9), ElementsAre("x", "y"));
  EXPECT_EQ(config.Object("e").Number("f", 0, 0, 1), 1e-8);
  EXPECT_FALSE(config.Object("e").Has("g"));
  EXPECT_FALSE(config.Has("h"));
  EXPECT_TRUE(config.Bool("i", false));
  EXPECT_EQ(config.String("j", ""), "12");
  EXPECT_EQ(config.String("k", ""), "???");
  EXPECT_EQ(config.Int("l", 0, -9, 9), -3);
  EXPECT_EQ(config.Number("m", 0, 0, 1), 1e-3);
  EXPECT_EQ(config.String("n", ""), "//pre/x");
  EXPECT_TRUE(config.Has("o"));
}

TEST(YamlTest, FollowsReferencesToScalars) {
  const Config config = Read(
      "rate: 32000\nencodec: {causal: false, rate: '${rate}'}\na: ${encodec.causal}\n"
      "b: ${encodec.rate}\nc: ${nowhere}\nd: ${encodec}\ne: ${e}\nf: x${rate}\n"
      "g: ${oc.env:USER}\n");
  EXPECT_FALSE(config.Bool("a", true));
  EXPECT_EQ(config.Int("b", 0, 0, 99999), 32000);
  EXPECT_EQ(config.String("c", ""), "${nowhere}");
  EXPECT_EQ(config.String("d", ""), "${encodec}");
  EXPECT_EQ(config.String("e", ""), "${e}");
  EXPECT_EQ(config.String("f", ""), "x${rate}");
  EXPECT_EQ(config.String("g", ""), "${oc.env:USER}");
}

TEST(YamlTest, RefusesWhatConfigurationsDoNotNeed) {
  EXPECT_THAT(Error("a: &x [1]\nb: *x\n"), HasSubstr("an anchor"));
  EXPECT_THAT(Error("a: *x\n"), HasSubstr("x.yaml: "));
  EXPECT_THAT(Error("a: !!python/object:os.system x\n"), HasSubstr("a tag"));
  EXPECT_THAT(Error("<<: {a: 1}\n"), HasSubstr("a merge key"));
  EXPECT_THAT(Error("? [a]\n: 1\n"), HasSubstr("not a scalar"));
  EXPECT_THAT(Error("a: 1\na: 2\n"), HasSubstr("twice"));
  EXPECT_THAT(Error("a: 1\n---\nb: 2\n"), HasSubstr("several"));
  EXPECT_THAT(Error("a: [1\n"), HasSubstr("not valid YAML"));
  EXPECT_THAT(Error("a: \"\\x\"\n"), HasSubstr("not valid YAML"));
  EXPECT_THAT(Error(std::string("a: 1\0", 5)), HasSubstr("control character"));
  EXPECT_THAT(ErrorOf([] { Read("- 1\n"); }), HasSubstr("expected a YAML map, found a list"));
}

TEST(YamlTest, BoundsDepthAndSize) {
  EXPECT_THAT(Error(std::string(100, '[') + std::string(100, ']')), HasSubstr("levels deep"));
  EXPECT_THAT(Error(std::string(20000, '[')), HasSubstr("x.yaml: "));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  EXPECT_THAT(Error(deep), HasSubstr("levels deep"));
  EXPECT_THAT(Error(std::string(2 << 20, 'a')), HasSubstr("at most"));
  std::string wide = "a: [";
  for (int i = 0; i < 70000; ++i) wide += "1,";
  EXPECT_THAT(Error(wide + "1]\n"), HasSubstr("holds more than"));
}

}  // namespace
}  // namespace musicgen::checkpoint
