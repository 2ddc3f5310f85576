#include "checkpoint/safetensors.h"

#include <sys/stat.h>

#include <cstring>
#include <filesystem>

#include "checkpoint/hostile.h"
#include "fixtures_directory.h"

namespace musicgen::checkpoint {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A container of U8 tensors of four bytes each, "0000", "1111", ….
std::string Shard(const std::vector<std::string>& names) {
  std::string json, payload;
  for (const std::string& name : names) {
    json += StrCat(json.empty() ? "{\"" : ",\"", name, R"(":{"dtype":"U8","shape":[4],)",
                   R"("data_offsets":[)", payload.size(), ",", payload.size() + 4, "]}");
    payload += std::string(4, static_cast<char>('0' + payload.size() / 4));
  }
  return Container(json.empty() ? "{}" : json + "}", payload);
}

std::string TextOf(const TensorView& tensor) {
  return std::string(static_cast<const char*>(tensor.data), tensor.bytes());
}

class ShardsTest : public ::testing::Test {
 protected:
  ShardsTest() {
    folder_.Write("one.safetensors", Shard({"a", "b"}));
    folder_.Write("two.safetensors", Shard({"c"}));
  }
  void Index(const std::string& map) {
    folder_.Write("model.safetensors.index.json",
                  R"({"metadata": {"total_size": 12}, "weight_map": )" + map + "}");
  }
  std::string OpenError() {
    const std::string error = ErrorOf([&] { OpenSafetensorsDirectory(folder_.path()); });
    if (error.rfind(folder_.path() + "/", 0) != 0) return error;
    return error.substr(folder_.path().size() + 1);
  }

  TemporaryFolder folder_;
};

TEST(SafetensorsTest, OpensAFile) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("m.safetensors", Shard({"x", "y"}));
  std::map<std::string, std::string> metadata = {{"old", "value"}};
  const auto source = OpenSafetensors(path, &metadata);
  EXPECT_THAT(source->Names(), ElementsAre("x", "y"));
  EXPECT_TRUE(source->Has("y"));
  EXPECT_FALSE(source->Has("z"));
  EXPECT_EQ(source->Where(), path);
  EXPECT_TRUE(metadata.empty());
  const TensorView y = source->Get("y");
  EXPECT_EQ(y.name, "y");
  EXPECT_EQ(y.shape, Shape({4}));
  EXPECT_EQ(TextOf(y), "1111");
  EXPECT_EQ(ErrorOf([&] { source->Get("z\n"); }),
            path + ": expected a tensor z?, found none of this name");
}

TEST(SafetensorsTest, DroppedBytesReadAgainTheSame) {
  const TemporaryFolder folder;
  std::string payload;
  for (int i = 0; i < 100'000; ++i) payload += static_cast<char>(i % 251);
  const auto source = OpenSafetensors(folder.Write(
      "m",
      Container(R"({"w":{"dtype":"U8","shape":[100,1000],"data_offsets":[0,100000]}})", payload)));
  const TensorView tensor = source->Get("w");
  EXPECT_EQ(TextOf(tensor), payload);
  source->Drop(RowsOf(tensor, 10, 90));
  EXPECT_EQ(TextOf(tensor), payload);
  source->Drop(tensor);
  EXPECT_EQ(TextOf(tensor), payload);
  TensorView elsewhere = tensor;
  elsewhere.data = payload.data();
  source->Drop(elsewhere);  // not of this source: nothing happens
  EXPECT_EQ(TextOf(elsewhere), payload);
}

TEST(SafetensorsTest, OpensTheFixture) {
  const auto source = OpenSafetensorsDirectory(std::string(kFixturesDirectory) + "/hf-tiny-mono");
  EXPECT_THAT(source->Where(), EndsWith("/hf-tiny-mono/model.safetensors"));
  EXPECT_EQ(source->Get("decoder.model.decoder.layers.0.fc1.weight").shape, Shape({256, 64}));
}

TEST(SafetensorsTest, RefusesWhatIsNotARegularFile) {
  const TemporaryFolder folder;
  const auto open_error = [&](const char* name) {
    return ErrorOf([&] { OpenSafetensors(folder.Path(name)); });
  };
  EXPECT_EQ(open_error("none"),
            folder.Path("none") + ": cannot be opened for reading: No such file or directory");
  ASSERT_EQ(mkfifo(folder.Path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(open_error("pipe"), folder.Path("pipe") + ": expected a regular file, found a pipe");
  std::filesystem::create_symlink("loop", folder.Path("loop"));
  EXPECT_THAT(open_error("loop"), HasSubstr("Too many levels of symbolic links"));
  std::filesystem::create_symlink("/dev/zero", folder.Path("zero"));
  EXPECT_THAT(open_error("zero"), HasSubstr("expected a regular file, found a device"));
  EXPECT_THAT(open_error("."), HasSubstr("expected a regular file, found a directory"));
  folder.Write("empty", "");
  EXPECT_THAT(open_error("empty"), HasSubstr("at least 8 bytes, found 0"));
}

TEST_F(ShardsTest, TogetherAreOneSource) {
  Index(R"({"b": "one.safetensors", "c": "two.safetensors", "a": "one.safetensors"})");
  const auto source = OpenSafetensorsDirectory(folder_.path());
  EXPECT_THAT(source->Names(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(TextOf(source->Get("b")), "1111");
  EXPECT_EQ(TextOf(source->Get("c")), "0000");
  EXPECT_EQ(source->Where(), folder_.path());
  source->Drop(source->Get("c"));
  EXPECT_EQ(TextOf(source->Get("c")), "0000");
}

TEST_F(ShardsTest, CountOnlyWithoutASingleFile) {
  Index("17");
  folder_.Write("model.safetensors", Shard({"whole"}));
  EXPECT_THAT(OpenSafetensorsDirectory(folder_.path())->Names(), ElementsAre("whole"));
}

TEST_F(ShardsTest, OrASingleFileMustBeThere) {
  EXPECT_EQ(OpenError(), folder_.path() +
                             ": expected model.safetensors or model.safetensors.index.json, found "
                             "neither");
  std::filesystem::create_symlink("nowhere", folder_.Path("model.safetensors"));
  Index(R"({"a": "one.safetensors", "b": "one.safetensors"})");
  EXPECT_EQ(OpenError(),
            "model.safetensors: cannot be opened for reading: No such file or directory");
  EXPECT_THAT(ErrorOf([] { OpenSafetensorsDirectory("/nowhere/at/all"); }),
              HasSubstr("found neither"));
}

TEST_F(ShardsTest, LieBesideTheirIndex) {
  for (const char* name : {"../one.safetensors", "/etc/passwd", "x/one.safetensors", "..", ".", "",
                           "..\\\\one", "one.safetensors\\u0000.txt"}) {
    Index(StrCat(R"({"a": ")", name, R"("})"));
    EXPECT_THAT(OpenError(),
                StartsWith("model.safetensors.index.json: weight_map.a: expected the name of a "
                           "file in the same folder, found \""))
        << name;
  }
  Index(StrCat(R"({"a": ")", std::string(256, 'x'), R"("})"));
  EXPECT_THAT(OpenError(), HasSubstr("a file in the same folder"));
}

TEST_F(ShardsTest, AgreeWithTheirIndex) {
  Index(R"({"a": "one.safetensors"})");
  EXPECT_EQ(OpenError(), "one.safetensors: tensor b is not listed in model.safetensors.index.json");
  Index(R"({"a": "one.safetensors", "b": "two.safetensors", "c": "two.safetensors"})");
  EXPECT_EQ(OpenError(),
            "one.safetensors: tensor b is listed in model.safetensors.index.json as part of "
            "two.safetensors");
  Index(R"({"a": "one.safetensors", "b": "one.safetensors", "d": "one.safetensors"})");
  EXPECT_EQ(OpenError(),
            "model.safetensors.index.json: tensor d is not in one.safetensors as the index says");
  folder_.Write("two.safetensors", Shard({"c", "a"}));
  Index(R"({"a": "one.safetensors", "b": "one.safetensors", "c": "two.safetensors"})");
  EXPECT_EQ(OpenError(),
            "two.safetensors: tensor a is listed in model.safetensors.index.json as part of "
            "one.safetensors");
  Index(R"({"a": "one.safetensors", "b": "one.safetensors", "c": "three.safetensors"})");
  EXPECT_EQ(OpenError(),
            "three.safetensors: cannot be opened for reading: No such file or directory");
}

TEST_F(ShardsTest, NeedAnIndexThatIsOne) {
  Index("[]");
  EXPECT_EQ(OpenError(),
            "model.safetensors.index.json: weight_map: expected an object, found a list");
  Index("{}");
  EXPECT_EQ(OpenError(), "model.safetensors.index.json: weight_map: expected at least one tensor");
  Index(R"({"a": 1})");
  EXPECT_EQ(OpenError(), "model.safetensors.index.json: weight_map.a: expected a string, found 1");
  Index(R"({"a": null})");
  EXPECT_THAT(OpenError(), HasSubstr("weight_map.a: expected the name of a file"));
  Index(R"({"a": "model.safetensors.index.json"})");
  EXPECT_THAT(OpenError(),
              StartsWith("model.safetensors.index.json: expected a safetensors header of at most"));
  std::string map = "{\"t\": \"s\"";
  for (int i = 0; i < 5000; ++i) map += StrCat(",\"t", i, "\":\"s", i, "\"");
  Index(map + "}");
  EXPECT_EQ(OpenError(), "model.safetensors.index.json: expected at most 4096 files, found 5001");
}

TEST(WriteSafetensorsTest, ReadsBackTheSame) {
  const TemporaryFolder folder;
  const std::vector<float> matrix = {1, -2, 3, -4, 5, -6};
  const std::vector<uint8_t> odd = {7, 8, 9};
  const std::vector<int64_t> codes = {-1};
  const std::string path = folder.Path("m.safetensors");
  const std::map<std::string, std::string> metadata = {{"format", "pt"}, {"say \"hi\"\n", "\\"}};
  WriteSafetensors(path,
                   {{"z.weight", DType::kF32, {2, 3}, matrix.data()},
                    {"a \"quoted\"", DType::kU8, {3}, odd.data()},
                    {"none", DType::kF16, {0, 4}, nullptr},
                    {"scalar", DType::kI64, {}, codes.data()}},
                   metadata);
  std::map<std::string, std::string> read;
  const auto source = OpenSafetensors(path, &read);
  EXPECT_EQ(read, metadata);
  EXPECT_EQ(source->Names().size(), 4u);
  EXPECT_EQ(source->Names().front(), "z.weight");
  EXPECT_EQ(source->Get("z.weight").shape, Shape({2, 3}));
  EXPECT_EQ(ToFloats(source->Get("z.weight")), matrix);
  EXPECT_EQ(std::memcmp(source->Get("a \"quoted\"").data, odd.data(), 3), 0);
  EXPECT_EQ(source->Get("none").shape, Shape({0, 4}));
  EXPECT_EQ(source->Get("scalar").shape, Shape());
  EXPECT_EQ(std::memcmp(source->Get("scalar").data, codes.data(), 8), 0);
}

TEST(WriteSafetensorsTest, LaysOutBytesAsTheReferenceDoes) {
  // test_serialization and test_empty of the reference's tensor.rs hold these headers.
  const TemporaryFolder folder;
  const std::vector<float> values = {0, 1, 2, 3, 4, 5};
  WriteSafetensors(folder.Path("a"), {{"attn.0", DType::kF32, {1, 2, 3}, values.data()}}, {});
  const std::string json = R"({"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}})";
  EXPECT_EQ(folder.Read("a"),
            Container(json, std::string_view(reinterpret_cast<const char*>(values.data()), 24)));
  WriteSafetensors(folder.Path("b"), {}, {});
  EXPECT_EQ(folder.Read("b"), Container("{}      "));
  WriteSafetensors(folder.Path("c"), {}, {{"framework", "pt"}});
  EXPECT_EQ(folder.Read("c"), Container(R"({"__metadata__":{"framework":"pt"}}     )"));
}

TEST(WriteSafetensorsTest, DataIsAlignedAndWritingIsDeterministic) {
  const TemporaryFolder folder;
  const double value = 1;
  for (const char* name : {"a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg"}) {
    for (const char* path : {"once", "twice"}) {
      WriteSafetensors(folder.Path(path), {{name, DType::kF64, {1}, &value}}, {{"k", name}});
    }
    EXPECT_EQ(folder.Read("once"), folder.Read("twice"));
    EXPECT_EQ(folder.Read("once").size() % 8, 0u);
    EXPECT_EQ(ToFloats(OpenSafetensors(folder.Path("once"))->Get(name)), std::vector<float>{1});
  }
}

}  // namespace
}  // namespace musicgen::checkpoint
