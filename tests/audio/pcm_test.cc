#include "audio/pcm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "golden.h"

namespace musicgen::audio {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Pcm, Int16EqualsAudioCraft) {
  const Golden golden("audio");
  for (const std::string name : {"pcm16", "pcm16.full"}) {
    SCOPED_TRACE(name);
    const std::vector<int16_t> got = ToInt16LikeAudioCraft(golden.Floats(name + ".in"));
    EXPECT_EQ(std::vector<int32_t>(got.begin(), got.end()), golden.Ints(name + ".out"));
  }
}

// Below full scale AudioCraft's converter and FFmpeg's agree.
TEST(Pcm, Int16OfEachSampleEqualsTheWhole) {
  const Golden golden("audio");
  const std::vector<float> in = golden.Floats("pcm16.in");
  const std::vector<int32_t> out = golden.Ints("pcm16.out");
  ASSERT_EQ(in.size(), out.size());
  for (size_t i = 0; i < in.size(); ++i) EXPECT_EQ(FloatToInt16(in[i]), out[i]) << i;
}

TEST(Pcm, SaturatesAndRoundsTiesToEven) {
  EXPECT_EQ(FloatToInt16(1.0f), 32767);
  EXPECT_EQ(FloatToInt16(-1.0f), -32768);
  EXPECT_EQ(FloatToInt16(kInfinity), 32767);
  EXPECT_EQ(FloatToInt16(-kInfinity), -32768);
  EXPECT_EQ(FloatToInt16(-1e30f), -32768);
  EXPECT_EQ(FloatToInt16(kNan), 0);
  EXPECT_EQ(FloatToInt16(0.5f / 32768), 0);
  EXPECT_EQ(FloatToInt16(1.5f / 32768), 2);
  EXPECT_EQ(FloatToInt16(-2.5f / 32768), -2);
  EXPECT_EQ(FloatToInt16(32766.5f / 32768), 32766);

  EXPECT_EQ(FloatToInt24(1.0f), 8388607);
  EXPECT_EQ(FloatToInt24(-1.0f), -8388608);
  EXPECT_EQ(FloatToInt24(kInfinity), 8388607);
  EXPECT_EQ(FloatToInt24(kNan), 0);
  EXPECT_EQ(FloatToInt24(1.5f / 8388608), 2);
}

TEST(Pcm, EveryInteger16And24ComesBack) {
  for (int32_t i = -32768; i < 32768; ++i) {
    ASSERT_EQ(FloatToInt16(static_cast<float>(i) / 32768), i);
  }
  for (int32_t i = -8388608; i < 8388608; i += 251) {
    ASSERT_EQ(FloatToInt24(static_cast<float>(i) / 8388608), i);
  }
}

}  // namespace
}  // namespace musicgen::audio
