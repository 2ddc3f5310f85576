#include "lm/codebook_pattern.h"

#include <gtest/gtest.h>

#include "golden.h"

namespace musicgen::lm {
namespace {

constexpr int32_t kSpecial = 9999;

Codes Numbered(int64_t codebooks, int64_t frames) {
  Codes codes(codebooks, frames);
  for (size_t i = 0; i < codes.values.size(); ++i) codes.values[i] = static_cast<int32_t>(i);
  return codes;
}

struct GoldenLayout {
  std::string name;
  std::vector<int64_t> delays;
};

class GoldenPatternTest : public testing::TestWithParam<GoldenLayout> {};

TEST_P(GoldenPatternTest, SequenceAndMaskMatch) {
  const Golden golden("misc");
  const std::string name = "pattern." + GetParam().name;
  const Shape shape = golden.ShapeOf(name + ".sequence");
  const int64_t steps = shape[1];
  int64_t longest = 0;
  for (const int64_t delay : GetParam().delays) longest = std::max(longest, delay);
  const CodebookPattern pattern = CodebookPattern::Delay(GetParam().delays, steps - longest - 1);
  ASSERT_EQ(pattern.steps(), steps);
  const Codes built = pattern.Build(Numbered(shape[0], pattern.frames()), kSpecial, -1);
  EXPECT_EQ(built.values, golden.Ints(name + ".sequence"));
  const std::vector<int32_t> mask = golden.Ints(name + ".mask");
  for (int64_t k = 0; k < shape[0]; ++k) {
    for (int64_t s = 0; s < steps; ++s) {
      EXPECT_EQ(pattern.FrameAt(k, s) >= 0, mask[static_cast<size_t>(k * steps + s)] != 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Layouts, GoldenPatternTest,
                         testing::Values(GoldenLayout{"mono", {0, 1, 2, 3}},
                                         GoldenLayout{"stereo", {0, 0, 1, 1, 2, 2, 3, 3}},
                                         GoldenLayout{"two", {0, 2}}),
                         [](const auto& param_info) { return param_info.param.name; });

TEST(CodebookPatternTest, RevertUndoesBuild) {
  const std::vector<std::vector<int64_t>> layouts = {
      {0}, {0, 0, 0}, {0, 1, 2, 3}, {0, 0, 1, 1, 2, 2, 3, 3}, {0, 5, 5, 11}};
  for (const auto& delays : layouts) {
    for (int64_t frames = 1; frames <= 40; ++frames) {
      const CodebookPattern pattern = CodebookPattern::Delay(delays, frames);
      const Codes codes = Numbered(static_cast<int64_t>(delays.size()), frames);
      EXPECT_EQ(pattern.Revert(pattern.Build(codes, kSpecial, -1)).values, codes.values);
    }
  }
}

TEST(CodebookPatternTest, GenerationStartsBehindThePrompt) {
  const CodebookPattern pattern = CodebookPattern::Delay({0, 1, 2, 3}, 10);
  EXPECT_EQ(pattern.FirstStep(0), 1);
  EXPECT_EQ(pattern.FirstStep(3), 4);
  EXPECT_EQ(pattern.FirstStep(10), pattern.steps());
  const Codes built = pattern.Build(Numbered(4, 3), kSpecial, -1);
  EXPECT_EQ(built.at(0, 0), kSpecial);
  EXPECT_EQ(built.at(0, 3), 2);
  EXPECT_EQ(built.at(0, 4), -1);
  EXPECT_EQ(built.at(3, 4), 9);  // codebook 3, frame 0
  EXPECT_EQ(built.at(3, 3), kSpecial);
}

}  // namespace
}  // namespace musicgen::lm
