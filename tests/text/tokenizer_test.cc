#include "text/tokenizer.h"

#include <gtest/gtest.h>

#include "base/mapped_file.h"
#include "checkpoint/json.h"
#include "fixtures_directory.h"

namespace musicgen::text {
namespace {

using namespace std::string_literals;

std::string Fixture(const std::string& name) {
  return std::string(kFixturesDirectory) + "/" + name;
}

// The two forms a tokenizer is stored in, of the same vocabulary.
class TokenizerTest : public testing::TestWithParam<const char*> {
 protected:
  const Tokenizer tokenizer_ = Tokenizer::Load(*checkpoint::FilesOfDirectory(Fixture(GetParam())));
};
INSTANTIATE_TEST_SUITE_P(Forms, TokenizerTest,
                         testing::Values("hf-tiny-mono" /* spiece.model */,
                                         "tokenizer" /* tokenizer.json */));

struct Prompt {
  std::string text;
  TokenIds ids;
};

std::vector<Prompt> GoldenPrompts() {
  const std::string path = Fixture("hf-tiny-mono/golden.json");
  const MappedFile file(path);
  const checkpoint::JsonValue document = checkpoint::ParseJson(file.bytes(), path);
  const auto* prompts = checkpoint::Find(*document.as<checkpoint::JsonObject>(), "prompts");
  std::vector<Prompt> out;
  for (const auto& value : *prompts->as<checkpoint::JsonArray>()) {
    const auto& prompt = *value.as<checkpoint::JsonObject>();
    out.push_back({*checkpoint::Find(prompt, "text")->as<std::string>(), {}});
    for (const auto& id : *checkpoint::Find(prompt, "ids")->as<checkpoint::JsonArray>()) {
      out.back().ids.push_back(static_cast<int32_t>(*id.as<int64_t>()));
    }
  }
  return out;
}

TEST_P(TokenizerTest, GivesTheGoldenIds) {
  const std::vector<Prompt> prompts = GoldenPrompts();
  EXPECT_EQ(prompts.size(), 15u);
  for (const Prompt& prompt : prompts) {
    EXPECT_EQ(tokenizer_.Encode(prompt.text), prompt.ids) << prompt.text;
  }
}

// Ids from transformers 5.23 with tokenizers 0.23, where SentencePiece itself gives others.
TEST_P(TokenizerTest, SharesTheQuirksOfTheReference) {
  const auto ids = [&](std::string_view text) { return tokenizer_.Encode(text); };
  // Marks on small clusters are lost, four code points in a cluster do not compose.
  EXPECT_EQ(ids("\ufb01\u0301ne"), (TokenIds{61, 138, 9, 1}));
  EXPECT_EQ(ids("e\u0301\u0302"), (TokenIds{3, 290, 1}));
  EXPECT_EQ(ids("e\u0301\u0302\u0303"), (TokenIds{3, 9, 2, 1}));
  // Tokens that come about by normalisation are pieces like any other.
  EXPECT_EQ(ids("\uff1c/s\uff1e"), (TokenIds{3, 1, 1}));
  EXPECT_EQ(ids("\uff1cunk\uff1e\uff1cextra_id_7\uff1e"), (TokenIds{3, 2, 592, 1}));
  // The word mark in the text begins a word and is not doubled.
  EXPECT_EQ(ids("a\u2581b\u2581\u2581c"), (TokenIds{4, 125, 56, 1}));
  EXPECT_EQ(ids("\u2581 a"), (TokenIds{4, 1}));
  // Equal sums are decided by rounding.
  EXPECT_EQ(ids("lllllllll lalalalalalalalalala"),
            (TokenIds{268, 47,  47,  47,  47,  47,  47,  47,  47, 171, 47,
                      107, 107, 107, 107, 107, 107, 107, 107, 13, 1}));
}

TEST_P(TokenizerTest, MatchesSpecialTokensLiterally) {
  const auto ids = [&](std::string_view text) { return tokenizer_.Encode(text); };
  EXPECT_EQ(ids("</s></s>x</s>y"), (TokenIds{1, 1, 3, 400, 1, 3, 14, 1}));
  EXPECT_EQ(ids(" <pad> "), (TokenIds{0, 1}));
  EXPECT_EQ(ids("<extra_id_1><extra_id_10>"), (TokenIds{598, 589, 1}));
  EXPECT_EQ(ids("<extra_id_0>"), (TokenIds{599, 1}));
  EXPECT_EQ(tokenizer_.id_bound(), 600);
}

TEST_P(TokenizerTest, TakesAnyBytes) {
  EXPECT_EQ(tokenizer_.Encode("a\0b"s), (TokenIds{4, 2, 147, 1}));
  EXPECT_EQ(tokenizer_.Encode("a\xff"
                              "b"),
            tokenizer_.Encode("a\ufffd"
                              "b"));
  EXPECT_EQ(tokenizer_.Encode(""), (TokenIds{1}));
  std::string bytes;
  uint32_t random = 1;
  for (int i = 0; i < 4096; ++i) bytes += static_cast<char>((random = random * 69069 + 1) >> 24);
  for (const int32_t id : tokenizer_.Encode(bytes)) {
    EXPECT_GE(id, 0);
    EXPECT_LT(id, tokenizer_.id_bound());
  }
}

TEST_P(TokenizerTest, TakesVeryLongWords) {
  const TokenIds ids = tokenizer_.Encode(std::string(100000, 'l'));
  EXPECT_GT(ids.size(), 10000u);
  EXPECT_EQ(ids.back(), 1);
}

}  // namespace
}  // namespace musicgen::text
