#include "checkpoint/config.h"

#include <sys/stat.h>

#include "checkpoint/hostile.h"
#include "fixtures_directory.h"

namespace musicgen::checkpoint {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Config Read(std::string_view text) { return Config::Parse(text, "model/config.json"); }

TEST(ConfigTest, ReadsValuesWithinTheirRanges) {
  const Config config =
      Read(R"({"i": 7, "n": 2.5, "b": true, "s": "gelu", "l": [1, 2], "r": [1, 0.5],
                                 "o": {"k": 3}})");
  EXPECT_EQ(config.Int("i", 0, 7, 7), 7);
  EXPECT_EQ(config.Number("n", 0, 0, 10), 2.5);
  EXPECT_EQ(config.Number("i", 0, 0, 10), 7.0);
  EXPECT_TRUE(config.Bool("b", false));
  EXPECT_EQ(config.String("s", ""), "gelu");
  EXPECT_THAT(config.Ints("l", {}, 1, 2, 2), ElementsAre(1, 2));
  EXPECT_THAT(config.Numbers("r", {}, 0, 1, 2), ElementsAre(1.0, 0.5));
  EXPECT_EQ(config.Object("o").Int("k", 0, 0, 9), 3);
  EXPECT_THAT(config.Keys(), ElementsAre("b", "i", "l", "n", "o", "r", "s"));
}

TEST(ConfigTest, AbsentAndNullTakeTheDefault) {
  for (const char* text : {"{}", R"({"k": null})"}) {
    const Config config = Read(text);
    EXPECT_FALSE(config.Has("k"));
    EXPECT_EQ(config.Int("k", 24, 0, 1), 24);
    EXPECT_EQ(config.Number("k", 0.5, 1, 2), 0.5);
    EXPECT_TRUE(config.Bool("k", true));
    EXPECT_EQ(config.String("k", "relu"), "relu");
    EXPECT_THAT(config.Ints("k", {8, 5}, 0, 1, 1), ElementsAre(8, 5));
    EXPECT_THAT(config.Numbers("k", {2.2}, 0, 1, 1), ElementsAre(2.2));
    EXPECT_FALSE(config.Object("k").Has("x"));
    EXPECT_EQ(config.Object("k").Where("x"), "model/config.json: k.x");
  }
}

TEST(ConfigTest, SubobjectsOutliveTheDocument) {
  Config inner = Read("{}");
  { inner = Read(R"({"a": {"b": {"c": "long enough to be on the heap, I hope"}}})").Object("a"); }
  EXPECT_THAT(inner.Object("b").String("c", ""), StartsWith("long enough"));
}

TEST(ConfigTest, ComplaintsNameFileKeyExpectedAndFound) {
  const Config decoder = Read(R"({"decoder": {"hidden_size": "abc", "f": 2.0, "n": null, "b": 1,
      "s": 5, "l": [1, "x"], "m": [1, 2, 3], "big": 18446744073709551616, "neg": -1, "t": true,
      "inner": {"k": []}}})")
                             .Object("decoder");
  const auto int_error = [&](const char* key) {
    return ErrorOf([&] { decoder.Int(key, 1, 1, 65536); });
  };
  EXPECT_EQ(int_error("hidden_size"),
            "model/config.json: decoder.hidden_size: expected an integer in [1, 65536], found "
            "\"abc\"");
  EXPECT_EQ(int_error("f"),
            "model/config.json: decoder.f: expected an integer in [1, 65536], found 2.0");
  EXPECT_THAT(int_error("big"), HasSubstr("found 18446744073709551616"));
  EXPECT_THAT(int_error("neg"), HasSubstr("found -1"));
  EXPECT_THAT(int_error("t"), HasSubstr("found true"));
  EXPECT_THAT(int_error("l"), HasSubstr("found a list"));
  EXPECT_THAT(int_error("inner"), HasSubstr("found an object"));
  EXPECT_EQ(ErrorOf([&] { decoder.Number("s", 0, 0, 1.5); }),
            "model/config.json: decoder.s: expected a number in [0, 1.5], found 5");
  EXPECT_EQ(ErrorOf([&] { decoder.Bool("b", true); }),
            "model/config.json: decoder.b: expected true or false, found 1");
  EXPECT_EQ(ErrorOf([&] { decoder.String("s", ""); }),
            "model/config.json: decoder.s: expected a string, found 5");
  EXPECT_EQ(ErrorOf([&] { decoder.Ints("l", {}, 0, 9, 9); }),
            "model/config.json: decoder.l[1]: expected an integer in [0, 9], found \"x\"");
  EXPECT_EQ(ErrorOf([&] { decoder.Ints("m", {}, 0, 9, 2); }),
            "model/config.json: decoder.m: expected a list of at most 2 items, found 3");
  EXPECT_EQ(ErrorOf([&] { decoder.Numbers("s", {}, 0, 9, 2); }),
            "model/config.json: decoder.s: expected a list, found 5");
  EXPECT_EQ(ErrorOf([&] { decoder.Object("l"); }),
            "model/config.json: decoder.l: expected an object, found a list");
  EXPECT_THAT(ErrorOf([&] { decoder.Object("inner").Int("k", 0, 0, 1); }),
              StartsWith("model/config.json: decoder.inner.k: "));
}

TEST(ConfigTest, OnlyObjectsAreConfigurations) {
  EXPECT_EQ(ErrorOf([] { Read("[1]"); }),
            "model/config.json: expected a JSON object, found a list");
  EXPECT_EQ(ErrorOf([] { Read("3"); }), "model/config.json: expected a JSON object, found 3");
}

TEST(ConfigTest, RefusesTextThatIsTooLong) {
  EXPECT_EQ(ErrorOf([] { Read(std::string((64 << 20) + 1, ' ')); }),
            "model/config.json: expected at most 67108864 bytes of JSON, found 67108865");
}

TEST(ConfigTest, ReadsFilesAndNamesTheirPath) {
  const TemporaryFolder folder;
  EXPECT_EQ(Config::ReadFile(folder.Write("c.json", R"({"a": 1})")).Int("a", 0, 0, 1), 1);
  EXPECT_THAT(ErrorOf([&] { Config::ReadFile(folder.Write("bad.json", "{")); }),
              StartsWith(folder.Path("bad.json") + ": not valid JSON at line 1"));
  EXPECT_THAT(ErrorOf([&] { Config::ReadFile(folder.Path("none.json")); }),
              HasSubstr("none.json: cannot be opened for reading: No such file"));
  EXPECT_THAT(ErrorOf([&] { Config::ReadFile(folder.path()); }), HasSubstr("found a directory"));
}

TEST(ConfigTest, ReadsTheFixture) {
  const Config config =
      Config::ReadFile(std::string(kFixturesDirectory) + "/hf-tiny-mono/config.json");
  EXPECT_EQ(config.String("model_type", ""), "musicgen");
  EXPECT_EQ(config.Object("decoder").Int("hidden_size", 1024, 1, 65536), 64);
  EXPECT_THAT(config.Object("audio_encoder").Ints("upsampling_ratios", {}, 1, 64, 16),
              ElementsAre(8, 5, 4, 4));
  EXPECT_FALSE(config.Object("audio_encoder").Has("chunk_length_s"));
}

}  // namespace
}  // namespace musicgen::checkpoint
