#include "serve/routes/field.h"

#include <gtest/gtest.h>

#include "musicgen/error.hpp"
#include "serve/http/failure.h"
#include "serve/routes/field_values.h"

namespace musicgen::serve {
namespace {

std::vector<Field> Table() {
  return {Required(Text("input", "", 5)),
          Word("format", "", {"wav", "mp3"}, "wav"),
          Above(Number("length", "", 0, 300, 10)),
          Integer("seed", "", -1, 100, -1),
          Number("speed", "", 1, 1, 1),
          Boolean("stream", "", false),
          Any("voice", ""),
          Object("extra", "", {Number("x", "", 0, 1)}),
          File("melody", "")};
}

FieldValues Read(const std::string& json, OtherFields others = OtherFields::kRefused) {
  return FieldValues::FromJson(Table(), others, json);
}

// The sentence and the field of a refusal with 400.
std::pair<std::string, std::string> Fault(const std::string& json) {
  try {
    Read(json);
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.failure().status, 400);
    return {refusal.failure().param, refusal.failure().message};
  } catch (const Error& error) {
    return {"", error.what()};
  }
  return {"", ""};
}

TEST(FieldValues, ReadsWhatTheTableHas) {
  const FieldValues values = Read(
      R"({"input": "höré", "format": "mp3", "length": 2, "seed": 7.0, "stream": true, "voice": {"id": 1}})");
  EXPECT_EQ(values.Text("input"), "höré");
  EXPECT_EQ(values.Text("format"), "mp3");
  EXPECT_EQ(values.Number("length"), 2.0);
  EXPECT_EQ(values.Integer("seed"), 7);
  EXPECT_TRUE(values.Boolean("stream", false));
  EXPECT_NE(values.Find("voice"), nullptr);
  EXPECT_EQ(values.Number("speed"), std::nullopt);
}

TEST(FieldValues, NullIsAbsenceButCanBeTold) {
  const FieldValues values = Read(R"({"input": "x", "length": null})");
  EXPECT_EQ(values.Number("length"), std::nullopt);
  EXPECT_TRUE(values.IsNull("length"));
  EXPECT_FALSE(values.IsNull("seed"));
}

TEST(FieldValues, SaysWhichFieldAndWhatWasExpected) {
  const auto expect = [](const char* json, const char* param, const char* message) {
    EXPECT_EQ(Fault(json), std::pair(std::string(param), std::string(message))) << json;
  };
  expect("{}", "input", "input: expected text of at most 5 characters, found nothing");
  expect(R"({"input": null})", "input", "input: expected text of at most 5 characters, found null");
  expect(R"({"input": "sieben"})", "input",
         "input: expected text of at most 5 characters, found 6 characters");
  expect(R"({"input": 3})", "input", "input: expected text of at most 5 characters, found 3");
  expect(R"({"input": "x", "format": "aac"})", "format",
         "format: expected wav or mp3, found \"aac\"");
  expect(R"({"input": "x", "length": 0})", "length",
         "length: expected a number above 0 and at most 300, found 0");
  expect(R"({"input": "x", "length": 1e999})", "", "body: not valid JSON");
  expect(R"({"input": "x", "seed": 1.5})", "seed",
         "seed: expected an integer from -1 to 100, found 1.5");
  expect(R"({"input": "x", "speed": 2})", "speed", "speed: expected 1, found 2");
  expect(R"({"input": "x", "stream": 1})", "stream", "stream: expected true or false, found 1");
  expect(R"({"input": "x", "extra": {"x": 2}})", "extra.x",
         "extra.x: expected a number from 0 to 1, found 2");
  expect(R"({"input": "x", "melody": "x"})", "melody",
         "melody: expected a file in a multipart/form-data body, found \"x\"");
  expect(R"(["input"])", "", "body: expected a JSON object, found [\"input\"]");
}

TEST(FieldValues, UnknownFieldsAreRefusedOrIgnored) {
  const auto [param, message] = Fault(R"({"input": "x", "inptu": 1})");
  EXPECT_EQ(param, "inptu");
  EXPECT_NE(message.find("the field \"inptu\" is not known: expected input, format"), message.npos);
  EXPECT_EQ(Read(R"({"input": "x", "inptu": 1})", OtherFields::kIgnored).Text("input"), "x");
}

TEST(FieldValues, HostileJsonIsRefused) {
  EXPECT_NE(Fault(R"({"input": "x", "input": "y"})").second.find("twice"), std::string::npos);
  EXPECT_NE(Fault(std::string(100000, '[')).second, "");
  EXPECT_NE(Fault("{\"input\": \"\xff\"}").second, "");
  EXPECT_NE(Fault("").second, "");
}

TEST(FieldValues, FormsCarryNumbersAsText) {
  const std::string type = "multipart/form-data; boundary=b";
  const auto part = [](const std::string& name, const std::string& text) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text + "\r\n";
  };
  const auto read = [&](const std::string& parts) {
    return FieldValues::FromMultipart(Table(), OtherFields::kRefused, type, parts + "--b--\r\n");
  };
  const std::string body = part("input", "17") + part("length", "2.5") + part("seed", "") +
                           part("stream", "true") + part("speed", "null") +
                           "--b\r\nContent-Disposition: form-data; name=\"melody\"; "
                           "filename=\"../x.wav\"\r\n\r\nRIFF\r\n--b--\r\n";
  const FieldValues values = FieldValues::FromMultipart(Table(), OtherFields::kRefused, type, body);
  EXPECT_EQ(values.Text("input"), "17");
  EXPECT_EQ(values.Number("length"), 2.5);
  EXPECT_TRUE(values.IsNull("seed"));
  EXPECT_TRUE(values.Boolean("stream", false));
  ASSERT_NE(values.File("melody"), nullptr);
  EXPECT_EQ(values.File("melody")->data, "RIFF");
  EXPECT_THROW(read(part("input", "x") + part("length", "long")), Refusal);
  EXPECT_THROW(read(part("input", "\xff")), Refusal);
  EXPECT_THROW(read(part("length", "1")), Refusal);
}

TEST(FieldValues, QueriesLikewise) {
  const std::vector<Field> query = {Integer("take", "", 0, 3)};
  EXPECT_EQ(FieldValues::FromTexts(query, OtherFields::kIgnored, {{"take", "2"}, {"x", "y"}})
                .Integer("take"),
            2);
  EXPECT_THROW(FieldValues::FromTexts(query, OtherFields::kIgnored, {{"take", "9"}}), Refusal);
  EXPECT_THROW(FieldValues::FromTexts(query, OtherFields::kRefused, {{"x", "y"}}), Refusal);
}

TEST(Schema, SaysWhatTheReaderTakes) {
  const Json schema = SchemaOf(Table(), OtherFields::kRefused);
  EXPECT_EQ(schema["required"], Json::array({"input"}));
  EXPECT_EQ(schema["additionalProperties"], false);
  const Json& properties = schema["properties"];
  EXPECT_EQ(properties["input"], (Json{{"type", "string"}, {"maxLength", 5}}));
  EXPECT_EQ(properties["format"]["enum"], Json::array({"wav", "mp3", nullptr}));
  EXPECT_EQ(properties["length"]["exclusiveMinimum"], 0);
  EXPECT_EQ(properties["length"]["type"], Json::array({"number", "null"}));
  EXPECT_EQ(properties["seed"]["minimum"], -1);
  EXPECT_FALSE(properties.contains("melody"));
  EXPECT_TRUE(SchemaOf(Table(), OtherFields::kRefused, true)["properties"].contains("melody"));
}

}  // namespace
}  // namespace musicgen::serve
