#include "audio/wav_stream.h"

#include <gtest/gtest.h>

#include <cmath>

#include "audio/read.h"

namespace musicgen::audio {
namespace {

// What is streamed in pieces is a file that the audio library reads back, with the samples of the
// finished file.
class WavStreamTest : public testing::TestWithParam<SampleFormat> {};

TEST_P(WavStreamTest, PiecesMakeTheSameSamplesAsAFile) {
  Waveform sound(32000, 2, 1000);
  for (size_t i = 0; i < sound.values.size(); ++i) {
    sound.values[i] = 1.2f * std::sin(0.37f * static_cast<float>(i));
  }
  std::vector<uint8_t> streamed = WavHeader(32000, 2, 1000, GetParam());
  for (int64_t begin = 0; begin < 1000; begin += 300) {
    const int64_t n = std::min<int64_t>(300, 1000 - begin);
    Waveform chunk(32000, 2, n);
    for (int64_t c = 0; c < 2; ++c) {
      std::copy_n(sound.channel(c) + begin, n, chunk.channel(c));
    }
    const std::vector<uint8_t> bytes = WavSamples(chunk, GetParam());
    streamed.insert(streamed.end(), bytes.begin(), bytes.end());
  }
  const std::string finished = EncodeWav(sound, GetParam(), {});
  const Waveform a =
      DecodeAudio({reinterpret_cast<const char*>(streamed.data()), streamed.size()}, "streamed");
  const Waveform b = DecodeAudio(finished, "finished");
  EXPECT_EQ(a.sample_rate_hz, 32000);
  EXPECT_EQ(a.channels, 2);
  EXPECT_EQ(a.values, b.values);
}

INSTANTIATE_TEST_SUITE_P(Encodings, WavStreamTest,
                         testing::Values(SampleFormat::kPcm16, SampleFormat::kPcm24,
                                         SampleFormat::kFloat32));

TEST(WavStreamTest, ALengthBeyondTheFormatIsUntilTheEnd) {
  const std::vector<uint8_t> header = WavHeader(32000, 2, int64_t{1} << 32, SampleFormat::kFloat32);
  ASSERT_EQ(header.size(), 44u);
  for (const size_t at : {4, 40}) {
    for (size_t i = at; i < at + 4; ++i) EXPECT_EQ(header[i], 0xff);
  }
}

}  // namespace
}  // namespace musicgen::audio
