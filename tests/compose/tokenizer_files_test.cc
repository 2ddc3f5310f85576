#include "compose/tokenizer_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "checkpoint/side_files.h"
#include "compose/pieces.h"
#include "text/tokenizer.h"

namespace musicgen::compose {
namespace {

class TokenizerFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    WriteTokenizerFiles(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  text::Tokenizer Load() const {
    return text::Tokenizer::Load(*checkpoint::FilesOfDirectory(folder_));
  }

  const std::string folder_ =
      testing::TempDir() + "/tokenizer_files_test." + std::to_string(getpid());
};

TEST_F(TokenizerFilesTest, BothFormsGiveTheSameIds) {
  const text::Tokenizer json = Load();
  std::filesystem::remove(folder_ + "/tokenizer.json");
  const text::Tokenizer sentencepiece = Load();
  EXPECT_EQ(json.id_bound(), kTokenizerPieces);
  EXPECT_EQ(sentencepiece.id_bound(), kTokenizerPieces);
  for (const char* text : {"a happy pop song at 120 bpm", "B\u266d Major, F# minor!", "unheard-of",
                           "", "99", "\u00e9t\u00e9 <extra_id_3> x"}) {
    EXPECT_EQ(json.Encode(text), sentencepiece.Encode(text)) << text;
  }
}

TEST_F(TokenizerFilesTest, ReadsWhatUsersWrite) {
  const text::Tokenizer tokenizer = Load();
  const auto same = [&](const char* one, const char* other) {
    EXPECT_EQ(tokenizer.Encode(one), tokenizer.Encode(other)) << one;
  };
  same("Happy ROCK song.", "happy rock song");
  same("Lo-Fi, laid-back", "lo fi, laid back");
  same("in B\u266d major", "in b flat major");
  same("drums & bass", "drums and bass");
  for (int bpm = 70; bpm <= 155; ++bpm) {
    EXPECT_EQ(tokenizer.Encode(std::to_string(bpm)).size(), 2u);
  }
  EXPECT_EQ(tokenizer.Encode("\xc3\xa9")[1], 2);  // ▁, then <unk>
}

TEST_F(TokenizerFilesTest, PiecesAreDistinct) {
  std::vector<std::string> texts;
  for (const TokenizerPiece& piece : TokenizerPieces()) texts.push_back(piece.text);
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(std::adjacent_find(texts.begin(), texts.end()), texts.end());
}

}  // namespace
}  // namespace musicgen::compose
