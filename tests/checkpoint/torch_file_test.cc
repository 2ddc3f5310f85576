// Whole .bin files, as the writer makes them and as AudioCraft did.
#include "checkpoint/torch_file.h"

#include <cstring>

#include "checkpoint/hostile.h"
#include "checkpoint/torch_writer.h"
#include "checkpoint/torch_zip_writer.h"
#include "fixtures_directory.h"
#include "tensor/tensor_view.h"

namespace musicgen::checkpoint {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string_view Bytes(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * 4};
}

std::string Text(const std::string& text) {
  return "X"s + std::string(1, static_cast<char>(text.size())) + "\0\0\0"s + text;
}

class TorchFileTest : public testing::Test {
 protected:
  // {"t": a tensor of this shape, strides and offset over six floats 0, 1, 2, …}
  std::string Strided(const std::string& shape, const std::string& strides, char offset) {
    const std::string pickle = "\x80\2}" + Text("t") + "ctorch._utils\n_rebuild_tensor_v2\n((" +
                               Text("storage") + "ctorch\nFloatStorage\n" + Text("0") +
                               Text("cpu") + "K\6tQK" + offset + shape + strides + "\x89NtRs.";
    TorchZipWriter zip(folder_.Path("s.bin"), "s");
    zip.Add("data.pkl", {pickle});
    zip.Add("data/0", {Bytes({0, 1, 2, 3, 4, 5})});
    zip.Add("version", {"3\n"});
    zip.Commit();
    return folder_.Path("s.bin");
  }

  TemporaryFolder folder_;
};

TEST_F(TorchFileTest, ReadsWhatTheWriterWrites) {
  const std::vector<float> first = {1, 2, 3, 4}, second = {5, 6}, nine = {9};
  const TorchTensors tensors = {{"w", DType::kF32, {3, 2}, {Bytes(first), Bytes(second)}},
                                {"empty", DType::kF16, {0, 7}, {}},
                                {"scalar", DType::kF32, {}, {Bytes(nine)}}};
  for (const uint64_t wide_from : {uint64_t{zip::kIn64}, uint64_t{1}}) {
    WriteTorchFile(folder_.Path("m.bin"),
                   {{"best_state", tensors},
                    {"xp.cfg", "a: 1\n"s},
                    {"exported", true},
                    {"files", TorchStrings{{"config.json", "{}"}}}},
                   wide_from);
    const auto file = TorchFile::Open(folder_.Path("m.bin"));
    EXPECT_TRUE(file->IsDict("best_state") && file->IsDict("files") && file->Has("exported"));
    EXPECT_EQ(file->String("xp.cfg"), "a: 1\n");
    EXPECT_EQ(file->String("files/config.json"), "{}");
    EXPECT_EQ(file->String("files/other"), std::nullopt);
    EXPECT_THAT(ErrorOf([&] { file->String("exported"); }), HasSubstr("expected a string"));
    const auto source = OpenTorchTensors(file, "best_state");
    EXPECT_THAT(source->Names(), ElementsAre("w", "empty", "scalar"));
    EXPECT_THAT(ToFloats(source->Get("w")), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_EQ(source->Get("empty").shape, Shape({0, 7}));
    EXPECT_THAT(ToFloats(source->Get("scalar")), ElementsAre(9));
    source->Drop(source->Get("w"));
    EXPECT_THAT(ErrorOf([&] { source->Get("x"); }), HasSubstr("none of this name"));
    EXPECT_THAT(ErrorOf([&] { OpenTorchTensors(file, "state"); }), HasSubstr("found none"));
  }
}

TEST_F(TorchFileTest, StridedTensorsBecomeRowMajor) {
  const auto read = [&](const std::string& shape, const std::string& strides, char offset) {
    return ToFloats(
        OpenTorchTensors(TorchFile::Open(Strided(shape, strides, offset)), "")->Get("t"));
  };
  EXPECT_THAT(read("K\3K\2\x86", "K\1K\3\x86", 0), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(read("K\3\x85", "K\2\x85", 1), ElementsAre(1, 3, 5));
  EXPECT_THAT(read("K\2K\2\x86", "K\0K\1\x86"s, 4), ElementsAre(4, 5, 4, 5));
  EXPECT_THAT(read("K\1K\3\x86", "K\7K\1\x86", 2), ElementsAre(2, 3, 4));
}

TEST_F(TorchFileTest, AFewBytesCannotAskForMuchMemory) {
  const std::string path = Strided("J\0\0\0\x40\x85"s, "K\0\x85"s, 0);
  EXPECT_THAT(ErrorOf([&] { OpenTorchTensors(TorchFile::Open(path), ""); }),
              HasSubstr("repeats its storage too often"));
}

TEST_F(TorchFileTest, StoragesAreThereAndOfTheirSize) {
  const auto write = [&](const std::string& name, const std::string& bytes) {
    TorchZipWriter zip(folder_.Path("s.bin"), "s");
    zip.Add("data.pkl", {"\x80\2}" + Text("t") + "(" + Text("storage") + "ctorch\nFloatStorage\n" +
                         Text("0") + Text("cpu") + "K\2tQs."});
    zip.Add(name, {bytes});
    zip.Add("version", {"3\n"});
    zip.Commit();
    return ErrorOf([&] { TorchFile::Open(folder_.Path("s.bin")); });
  };
  EXPECT_EQ(write("data/0", "12345678"), "");
  EXPECT_THAT(write("data/0", "1234567"), HasSubstr("expected 8 bytes, found 7"));
  EXPECT_THAT(write("data/0", "123456789"), HasSubstr("expected 8 bytes, found 9"));
  EXPECT_THAT(write("data/1", "12345678"), HasSubstr("data/0 is missing"));
}

TEST_F(TorchFileTest, ShardsAreReadThroughTheirIndex) {
  const std::vector<float> one = {1}, two = {2};
  WriteTorchFile(folder_.Path("x-1.bin"), {{"unused", "text"s}});
  const auto shard = [&](const std::string& file, const std::string& name,
                         const std::vector<float>& value) {
    TorchZipWriter zip(folder_.Path(file), "archive");
    zip.Add("data.pkl", {"\x80\2}" + Text(name) + "ctorch._utils\n_rebuild_tensor_v2\n((" +
                         Text("storage") + "ctorch\nFloatStorage\n" + Text("0") + Text("cpu") +
                         "K\1tQK\0K\1\x85K\1\x85\x89NtRs."s});
    zip.Add("data/0", {Bytes(value)});
    zip.Add("version", {"3\n"});
    zip.Commit();
  };
  shard("pytorch_model-00001-of-00002.bin", "a", one);
  shard("pytorch_model-00002-of-00002.bin", "b", two);
  folder_.Write("pytorch_model.bin.index.json",
                R"({"weight_map":{"a":"pytorch_model-00001-of-00002.bin",)"
                R"("b":"pytorch_model-00002-of-00002.bin"}})");
  const auto source = OpenTorchDirectory(folder_.path());
  EXPECT_THAT(ToFloats(source->Get("a")), ElementsAre(1));
  EXPECT_THAT(ToFloats(source->Get("b")), ElementsAre(2));
  folder_.Write("pytorch_model.bin.index.json",
                R"({"weight_map":{"a":"pytorch_model-00002-of-00002.bin"}})");
  EXPECT_THAT(ErrorOf([&] { OpenTorchDirectory(folder_.path()); }), HasSubstr("is not listed"));
}

TEST_F(TorchFileTest, ReadsAudioCraftsFiles) {
  const std::string fixtures = kFixturesDirectory;
  const auto state = TorchFile::Open(fixtures + "/ac-tiny-stereo/state_dict.bin");
  EXPECT_THAT(*state->String("xp.cfg"), HasSubstr("transformer_lm:\n  dim: 64\n"));
  const auto tensors = OpenTorchTensors(state, "best_state");
  EXPECT_EQ(tensors->Get("emb.7.weight").dtype, DType::kF16);
  EXPECT_EQ(tensors->Get("transformer.layers.2.self_attn.in_proj_weight").shape, Shape({192, 64}));
  const auto codec = TorchFile::Open(fixtures + "/ac-tiny-stereo/compression_state_dict.bin");
  EXPECT_EQ(codec->String("pretrained"), "facebook/encodec_32khz");
}

}  // namespace
}  // namespace musicgen::checkpoint
