#include "compose/frame_tables.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "compose/pad.h"
#include "compose/song.h"
#include "compose/synthetic_tables.h"

namespace musicgen::compose {
namespace {

std::vector<float> Slice(const std::vector<float>& sound, size_t begin, size_t count) {
  return {sound.begin() + static_cast<std::ptrdiff_t>(begin),
          sound.begin() + static_cast<std::ptrdiff_t>(begin + count)};
}

class RenderCodesTest : public testing::Test {
 protected:
  const Vocabulary vocabulary_{Palette::kRestricted};
  const FrameTables tables_ = SyntheticTables(vocabulary_);
};

TEST_F(RenderCodesTest, SoundsAreTheirFramesInARow) {
  const int code = vocabulary_.code(3, kFlute, 3, 0);
  std::vector<FrameCodes> codes(20);
  for (int t = 0; t < 20; ++t) codes[static_cast<size_t>(t)][3] = static_cast<int16_t>(code + t);
  const auto sound = RenderCodes(tables_, codes);
  for (int t = 0; t < 20; ++t) {
    const auto frame = tables_.frame(3, code + t);
    EXPECT_EQ(Slice(sound, static_cast<size_t>(t) * kFrameSamples, kFrameSamples),
              std::vector<float>(frame.begin(), frame.end()));
  }
}

TEST_F(RenderCodesTest, VoicesAdd) {
  std::vector<FrameCodes> bass(1), lead(1), both(1);
  bass[0][1] = both[0][1] = static_cast<int16_t>(vocabulary_.code(1, kSynthBass, 0, 0));
  lead[0][3] = both[0][3] = static_cast<int16_t>(vocabulary_.code(3, kFlute, 0, 0));
  const auto a = RenderCodes(tables_, bass), b = RenderCodes(tables_, lead),
             sum = RenderCodes(tables_, both);
  for (size_t i = 0; i < sum.size(); ++i) EXPECT_FLOAT_EQ(sum[i], a[i] + b[i]);
}

TEST_F(RenderCodesTest, ASoundThatIsCutFadesForFiveMilliseconds) {
  const int first = vocabulary_.code(3, kFlute, 3, 0), second = vocabulary_.code(3, kFlute, 5, 0);
  std::vector<FrameCodes> codes(2);
  codes[0][3] = static_cast<int16_t>(first);
  codes[1][3] = static_cast<int16_t>(second);
  const auto sound = RenderCodes(tables_, codes);
  const auto cut = tables_.frame(3, first + 1), begun = tables_.frame(3, second);
  EXPECT_NEAR(sound[kFrameSamples], begun[0] + cut[0], 1e-4);
  EXPECT_NEAR(sound[kFrameSamples + 80], begun[80] + 0.5f * cut[80], 0.01);
  for (size_t i = 160; i < kFrameSamples; ++i) EXPECT_EQ(sound[kFrameSamples + i], begun[i]);
}

TEST_F(RenderCodesTest, ASoundThatEndedIsNotCut) {
  std::vector<FrameCodes> codes(2);
  codes[0][3] = static_cast<int16_t>(vocabulary_.code(3, kFlute, 3, 19));
  codes[1][3] = static_cast<int16_t>(vocabulary_.code(3, kFlute, 5, 0));
  const auto begun = tables_.frame(3, codes[1][3]);
  EXPECT_EQ(Slice(RenderCodes(tables_, codes), kFrameSamples, kFrameSamples),
            std::vector<float>(begun.begin(), begun.end()));
}

TEST_F(RenderCodesTest, FilesAreReadBack) {
  const std::string path = testing::TempDir() + "/frame_tables_test.safetensors";
  WriteFrameTables(vocabulary_, tables_, path);
  const FrameTables read = ReadFrameTables(path);
  EXPECT_EQ(read.frames, tables_.frames);
  EXPECT_EQ(read.next, tables_.next);
  std::remove(path.c_str());
}

TEST_F(RenderCodesTest, FilesThatLieAreRefused) {
  const std::string path = testing::TempDir() + "/frame_tables_lies.safetensors";
  FrameTables lie = tables_;
  lie.next[2][5] = 40000;
  WriteFrameTables(vocabulary_, lie, path);
  EXPECT_THROW(ReadFrameTables(path), Error);
  lie = tables_;
  lie.next[1].pop_back();
  lie.frames[1].resize(lie.frames[1].size() - kFrameSamples);
  lie.frames[3].clear();
  lie.next[3].clear();
  WriteFrameTables(vocabulary_, lie, path);
  EXPECT_THROW(ReadFrameTables(path), Error);
  checkpoint::WriteSafetensors(path, {}, {});
  EXPECT_THROW(ReadFrameTables(path), Error);
  std::remove(path.c_str());
}

// The step over the seam is no larger than those within.
TEST(PadTest, LoopsWithoutASeam) {
  const auto pad = RenderPad({60, 64, 67});
  ASSERT_EQ(pad.size(), static_cast<size_t>((kPadAttackFrames + kPadLoopFrames) * kFrameSamples));
  const size_t loop = kPadAttackFrames * kFrameSamples;
  float largest = 0;
  double energy = 0;
  for (size_t i = loop; i + 1 < pad.size(); ++i) {
    largest = std::max(largest, std::abs(pad[i + 1] - pad[i]));
    energy += static_cast<double>(pad[i]) * pad[i];
  }
  EXPECT_LE(std::abs(pad[loop] - pad.back()), largest);
  EXPECT_NEAR(energy / static_cast<double>(pad.size() - loop), 1, 0.001);
  EXPECT_EQ(pad[0], 0);
}

}  // namespace
}  // namespace musicgen::compose
