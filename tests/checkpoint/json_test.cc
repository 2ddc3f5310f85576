#include "checkpoint/json.h"

#include <limits>

#include "checkpoint/hostile.h"

namespace musicgen::checkpoint {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string ParseError(std::string_view text) {
  return ErrorOf([&] { ParseJson(text, "f.json"); });
}

TEST(JsonTest, ReadsEveryKindOfValue) {
  const JsonValue root = ParseJson(
      R"( {"a": null, "b": true, "c": -3, "d": 2.5, "e": "x\u00e9", "f": [1, []]} )", "f");
  const auto& object = *root.as<JsonObject>();
  EXPECT_TRUE(Find(object, "a")->null());
  EXPECT_EQ(*Find(object, "b")->as<bool>(), true);
  EXPECT_EQ(*Find(object, "c")->as<int64_t>(), -3);
  EXPECT_EQ(*Find(object, "d")->as<double>(), 2.5);
  EXPECT_EQ(*Find(object, "e")->as<std::string>(), "x\xc3\xa9");
  EXPECT_EQ(Find(object, "f")->as<JsonArray>()->size(), 2u);
  EXPECT_EQ(Find(object, "g"), nullptr);
}

TEST(JsonTest, IntegersAreExactUpTo64BitsAndRealBeyond) {
  const auto value = [](const char* text) { return ParseJson(text, "f"); };
  EXPECT_EQ(*value("9223372036854775807").as<int64_t>(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(*value("-9223372036854775808").as<int64_t>(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(*value("9223372036854775808").as<double>(), 9223372036854775808.0);
  EXPECT_EQ(*value("-9223372036854775809").as<double>(), -9223372036854775808.0);
  EXPECT_EQ(*value("18446744073709551616").as<double>(), 18446744073709551616.0);
  EXPECT_EQ(value("2.0").as<int64_t>(), nullptr);
}

TEST(JsonTest, FindsEveryKeyWhateverTheirOrder) {
  const JsonValue root = ParseJson(R"({"z":0,"b":1,"":2,"ba":3,"a":4})", "f");
  const auto& object = *root.as<JsonObject>();
  const char* keys[] = {"z", "b", "", "ba", "a"};
  for (int64_t i = 0; i < 5; ++i) EXPECT_EQ(*Find(object, keys[i])->as<int64_t>(), i);
}

TEST(JsonTest, RefusesWhatIsNotJsonAndSaysWhere) {
  EXPECT_THAT(ParseError(""), StartsWith("f.json: not valid JSON at line 1, column 1: "));
  EXPECT_THAT(ParseError("{\n \"a\": nan}"),
              StartsWith("f.json: not valid JSON at line 2, column 8: invalid literal"));
  EXPECT_THAT(ParseError("{\"a\": 1,}"), HasSubstr("expected string literal"));
  EXPECT_THAT(ParseError("1e999"), HasSubstr("a number too large"));
  EXPECT_THAT(ParseError("\"a\nb\""), HasSubstr("invalid string"));
  for (const char* text :
       {"{",       "[",        "[1",           "{\"a\"",           "{\"a\":",      "{}{}",
        "[] x",    "NaN",      "Infinity",     "-Infinity",        "+1",           "01",
        "1.",      ".5",       "'a'",          "// c\n1",          "tru",          "\"\\ud800\"",
        "\"\\x\"", "\"\xff\"", "\"\xc3\x28\"", "\"\xed\xa0\x80\"", "\xff\xfe{\0}", "\"abc"}) {
    EXPECT_THAT(ParseError(text), StartsWith("f.json: not valid JSON at line ")) << text;
  }
}

TEST(JsonTest, RefusesWhatTheLibraryWouldPassOver) {
  EXPECT_EQ(ParseError("\xef\xbb\xbf{}"),
            "f.json: not valid JSON at line 1, column 1: a byte order mark");
  EXPECT_EQ(ParseError(std::string_view("{}\n \0 and more", 14)),
            "f.json: not valid JSON at line 2, column 2: a zero byte");
  EXPECT_THAT(ParseError(std::string_view("\0", 1)), HasSubstr("a zero byte"));
}

TEST(JsonTest, RefusesRepeatedKeysAtEveryLevel) {
  EXPECT_EQ(ParseError(R"({"a":1,"b":2,"a":1})"), "f.json: a: this key appears twice");
  EXPECT_EQ(ParseError(R"([{"x":{"b":2,"\u0062":1}}])"), "f.json: x.b: this key appears twice");
  EXPECT_EQ(ParseError(R"({"a":{"a":1},"b":{"a":1}})"), "");
}

TEST(JsonTest, BoundsDepthButNotBelowTheLimit) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(ParseError(nested(kJsonMostDepth)), "");
  EXPECT_EQ(ParseError(nested(kJsonMostDepth + 1)),
            "f.json: JSON is nested more than 64 levels deep");
  EXPECT_THAT(ParseError(nested(1'000'000)), HasSubstr("levels deep"));
  EXPECT_THAT(ParseError(std::string(1'000'000, '[')), HasSubstr("levels deep"));
}

TEST(JsonTest, BoundsTheNumberOfValues) {
  std::string text = "[0";
  for (size_t i = 1; i < kJsonMostValues; ++i) text += ",0";
  EXPECT_THAT(ParseError(text + "]"), HasSubstr("holds more than 1048576 JSON values"));
}

TEST(JsonTest, MessagesQuoteNoControlCharacters) {
  EXPECT_THAT(ParseError("{\"a\x1b[2J\n\": 1}"), HasSubstr("invalid string"));
  EXPECT_THAT(ParseError(R"({"\u001b\n":1,"\u001b\n":1})"), HasSubstr("f.json: ??: this key"));
}

TEST(JsonTest, DescribesInOneShortLine) {
  const auto described = [](const char* text) { return Describe(ParseJson(text, "f")); };
  EXPECT_EQ(described("null"), "null");
  EXPECT_EQ(described("false"), "false");
  EXPECT_EQ(described("-5"), "-5");
  EXPECT_EQ(described("2.0"), "2.0");
  EXPECT_EQ(described("2.5"), "2.5");
  EXPECT_EQ(described("1e300"), "1e+300");
  EXPECT_EQ(described("\"a\\nb\""), "\"a?b\"");
  EXPECT_EQ(described("[]"), "a list");
  EXPECT_EQ(described("{}"), "an object");
}

TEST(JsonTest, QuotedTextReadsBackTheSame) {
  for (const std::string& text : {std::string("plain"), std::string("\"\\/\b\f\n\r\t\x01\x7f"),
                                  std::string("caf\xc3\xa9"), std::string("a\0b", 3)}) {
    EXPECT_EQ(*ParseJson(QuoteJson(text), "f").as<std::string>(), text);
  }
  EXPECT_EQ(*ParseJson(QuoteJson("a\xff"), "f").as<std::string>(), "a\xef\xbf\xbd");
}

TEST(JsonTest, ObjectsAreMadeInAnyOrder) {
  JsonObject object = MakeObject({{"b", {2}}, {"c", {JsonArray{{true}, {}}}}, {"a", {"text"}}});
  EXPECT_EQ(ToJson({object}), R"({"a":"text","b":2,"c":[true,null]})");
  Set(&object, "b", {2.0});
  Set(&object, "bb", {false});
  EXPECT_EQ(ToJson({object}), R"({"a":"text","b":2.0,"bb":false,"c":[true,null]})");
  EXPECT_EQ(ToJson(ParseJson(ToJson({object}), "f")), ToJson({object}));
}

}  // namespace
}  // namespace musicgen::checkpoint
