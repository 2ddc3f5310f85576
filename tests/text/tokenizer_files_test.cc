// Tokenizer files that are damaged, lying or of another model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/mapped_file.h"
#include "fixtures_directory.h"
#include "text/tokenizer.h"

namespace musicgen::text {
namespace {

using testing::HasSubstr;

// A directory of its own, gone at the end.
class TokenizerFiles : public testing::Test {
 protected:
  TokenizerFiles() {
    folder_ = std::filesystem::temp_directory_path() /
              ("tokenizer_files_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  ~TokenizerFiles() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, std::string_view bytes) {
    std::ofstream(folder_ / name, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  // What loading complains of, one line; "none" when it does not.
  std::string Complaint() {
    try {
      Tokenizer::Load(*checkpoint::FilesOfDirectory(folder_.string()))
          .Encode("a \ufb01ne </s> tune");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      return error.what();
    }
    return "none";
  }
  std::string JsonComplaint(const std::string& text) {
    Write("tokenizer.json", text);
    return Complaint();
  }

  std::filesystem::path folder_;
};

std::string SentencePieceBytes() {
  return std::string(
      MappedFile(std::string(kFixturesDirectory) + "/tokenizer/spiece.model").bytes());
}

TEST_F(TokenizerFiles, MustBeThere) {
  EXPECT_THAT(Complaint(), HasSubstr("neither tokenizer.json nor spiece.model"));
}

TEST_F(TokenizerFiles, MayBeCutAnywhere) {
  const std::string bytes = SentencePieceBytes();
  for (size_t size = 0; size < bytes.size(); size += size < 300 ? 1 : 4999) {
    Write("spiece.model", std::string_view(bytes).substr(0, size));
    EXPECT_THAT(Complaint(), HasSubstr("spiece.model: ")) << size;
  }
}

TEST_F(TokenizerFiles, MayHoldAnyBytes) {
  const std::string good = SentencePieceBytes();
  uint32_t random = 7;
  for (int round = 0; round < 60; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 4; ++i) {
      random = random * 1664525 + 1013904223;
      const size_t at = (random >> 8) % (round % 2 == 0 ? 400 : bytes.size());
      bytes[at] = static_cast<char>(random >> 5);
    }
    Write("spiece.model", bytes);
    Complaint();
  }
}

TEST_F(TokenizerFiles, CountSentinelsFromTheConfiguration) {
  Write("spiece.model", SentencePieceBytes());
  Write("tokenizer_config.json", R"({"extra_ids": 3})");
  const Tokenizer tokenizer = Tokenizer::Load(*checkpoint::FilesOfDirectory(folder_.string()));
  EXPECT_EQ(tokenizer.id_bound(), 503);
  EXPECT_EQ(tokenizer.Encode("<extra_id_0><extra_id_2>"), (TokenIds{502, 500, 1}));
  Write("tokenizer_config.json", R"({"extra_ids": 1000000000})");
  EXPECT_THAT(Complaint(), HasSubstr("extra_ids"));
}

TEST_F(TokenizerFiles, MustSpeakOfT5) {
  const auto file = [](const std::string& normalizer, const std::string& pre_tokenizer,
                       const std::string& model, const std::string& added) {
    return "{\"normalizer\": " + normalizer + ", \"pre_tokenizer\": " + pre_tokenizer +
           ", \"model\": " + model + ", \"added_tokens\": " + added + "}";
  };
  const std::string steps =
      R"({"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace"}]})";
  const std::string model =
      R"({"type": "Unigram", "unk_id": 1, "vocab": [["</s>", 0], ["<unk>", 0.0], ["▁a", -2.5]]})";
  const std::string end = R"([{"id": 0, "content": "</s>", "normalized": false}])";
  EXPECT_EQ(JsonComplaint(file("null", steps, model, end)), "none");
  EXPECT_EQ(Tokenizer::Load(*checkpoint::FilesOfDirectory(folder_.string())).Encode("a b"),
            (TokenIds{2, 1, 0}));
  EXPECT_EQ(JsonComplaint(file(R"({"type": "Sequence", "normalizers": [{"type": "Strip"}]})", steps,
                               model, end)),
            "none");

  EXPECT_THAT(JsonComplaint("[]"), HasSubstr("expected an object"));
  EXPECT_THAT(JsonComplaint("{\"model\": "), HasSubstr("not valid JSON"));
  EXPECT_THAT(JsonComplaint(file(R"({"type": "Lowercase"})", steps, model, end)),
              HasSubstr("Lowercase"));
  EXPECT_THAT(JsonComplaint(file(R"({"type": "Precompiled", "precompiled_charsmap": "!"})", steps,
                                 model, end)),
              HasSubstr("base64"));
  EXPECT_THAT(JsonComplaint(file(R"({"type": "Precompiled", "precompiled_charsmap": "AAAAAA=="})",
                                 steps, model, end)),
              HasSubstr("precompiled_charsmap"));
  EXPECT_THAT(JsonComplaint(file("null", R"({"type": "ByteLevel"})", model, end)),
              HasSubstr("ByteLevel"));
  EXPECT_THAT(JsonComplaint(file("null", steps, R"({"type": "BPE"})", end)), HasSubstr("BPE"));
  EXPECT_THAT(
      JsonComplaint(file("null", steps, R"({"type": "Unigram", "unk_id": 1, "vocab": []})", end)),
      HasSubstr("unk_id"));
  EXPECT_THAT(JsonComplaint(file("null", steps,
                                 R"({"type": "Unigram", "unk_id": 0, "vocab": [["a"]]})", end)),
              HasSubstr("item 0"));
  EXPECT_THAT(JsonComplaint(file("null", steps, model, "[]")), HasSubstr("</s>"));
  EXPECT_THAT(JsonComplaint(file("null", steps, model, R"([{"id": -1, "content": "</s>"}])")),
              HasSubstr("-1"));
  EXPECT_THAT(JsonComplaint(file("null", steps, model,
                                 R"([{"id": 0, "content": "</s>", "single_word": true}])")),
              HasSubstr("literally"));
}

}  // namespace
}  // namespace musicgen::text
