#include "audio/convert.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "golden.h"

namespace musicgen::audio {
namespace {

TEST(ConvertAudio, GivesTheGoldenSamples) {
  const Golden golden("audio");
  const Shape shape = golden.ShapeOf("convert.in");
  Waveform in(44100, shape[0], shape[1]);
  in.values = golden.Floats("convert.in");
  const Waveform out = ConvertAudio(in, 32000, 1);
  EXPECT_EQ(out.sample_rate_hz, 32000);
  EXPECT_EQ(out.channels, 1);
  EXPECT_LT(MaxAbsDiff(out.values, golden.Floats("convert.mono32k")), 2e-6);
}

Waveform Sound(int64_t channels) {
  Waveform wave(32000, channels, 2);
  for (size_t i = 0; i < wave.values.size(); ++i) wave.values[i] = static_cast<float>(i + 1);
  return wave;
}

TEST(ConvertChannels, FollowsAudioCraftsRule) {
  EXPECT_EQ(ConvertChannels(Sound(2), 2).values, Sound(2).values);
  EXPECT_EQ(ConvertChannels(Sound(2), 1).values, (std::vector<float>{2, 3}));
  EXPECT_EQ(ConvertChannels(Sound(1), 2).values, (std::vector<float>{1, 2, 1, 2}));
  EXPECT_EQ(ConvertChannels(Sound(3), 2).values, (std::vector<float>{1, 2, 3, 4}));
  EXPECT_THROW(ConvertChannels(Sound(2), 3), Error);
}

}  // namespace
}  // namespace musicgen::audio
