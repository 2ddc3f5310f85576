#include "audio/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>

#include "audio/pcm.h"
#include "audio/read.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

using ::testing::HasSubstr;

constexpr AudioFormat kFormats[] = {AudioFormat::kWav, AudioFormat::kFlac, AudioFormat::kOgg,
                                    AudioFormat::kOpus, AudioFormat::kMp3};
const WavMetadata kMetadata = {"musicgen", "{\"prompt\":\"é\"}"};

// Two notes, one in each channel, away from full scale.
Waveform Sound(int64_t rate, int64_t channels, int64_t samples) {
  Waveform wave(rate, channels, samples);
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t n = 0; n < samples; ++n) {
      const double at =
          2 * M_PI * (c == 0 ? 440 : 660) * static_cast<double>(n) / static_cast<double>(rate);
      wave.channel(c)[n] = static_cast<float>(0.4 * std::sin(at));
    }
  }
  return wave;
}

double Rms(const Waveform& wave, const Waveform& less, int64_t begin, int64_t end) {
  double sum = 0;
  for (int64_t c = 0; c < wave.channels; ++c) {
    for (int64_t n = begin; n < end; ++n) {
      const double difference = wave.channel(c)[n] - less.channel(c)[n];
      sum += difference * difference;
    }
  }
  return std::sqrt(sum / static_cast<double>(wave.channels * (end - begin)));
}

class Encode : public ::testing::TestWithParam<AudioFormat> {};

TEST_P(Encode, ReadsBackAsTheSameSound) {
  for (const int64_t channels : {1, 2}) {
    const Waveform wave = Sound(32000, channels, 40001);
    const std::string bytes = EncodeAudio(wave, GetParam(), SampleFormat::kPcm16, kMetadata);
    const Waveform read = DecodeAudio(bytes, "x");
    const int64_t rate = GetParam() == AudioFormat::kOpus ? 48000 : 32000;
    EXPECT_EQ(read.sample_rate_hz, rate);
    EXPECT_EQ(read.channels, channels);
    EXPECT_EQ(read.samples, 40001 * rate / 32000);
    // Lossy at these rates: 40 dB below the notes, a hundredth. A codec's delay that was not taken
    // out would show as an error as loud as the notes.
    const Waveform expected = Sound(rate, channels, read.samples);
    EXPECT_LT(Rms(read, expected, 2000, read.samples - 2000), 0.4 / std::sqrt(2) / 100);
  }
}

TEST_P(Encode, GivesTheSameBytesAgain) {
  const Waveform wave = Sound(32000, 2, 20000);
  const auto encode = [&] {
    return EncodeAudio(wave, GetParam(), SampleFormat::kPcm16, kMetadata);
  };
  EXPECT_EQ(encode(), encode());
}

TEST_P(Encode, KeepsTheComment) {
  const std::string long_comment = "{\"prompt\":\"" + std::string(1500, 'x') + "\"}";
  for (const std::string& comment : {kMetadata.comment, long_comment}) {
    const std::string bytes =
        EncodeAudio(Sound(32000, 1, 5000), GetParam(), SampleFormat::kPcm16, {"musicgen", comment});
    const std::string path = ::testing::TempDir() + "encode_test." + FormatName(GetParam());
    std::ofstream(path, std::ios::binary) << bytes;
    SF_INFO info = {};
    const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.c_str(), SFM_READ, &info),
                                                           sf_close);
    ASSERT_NE(file, nullptr);
    const char* found = sf_get_string(file.get(), SF_STR_COMMENT);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(std::string(found), comment);
    std::filesystem::remove(path);
  }
}

TEST_P(Encode, TakesRatesOfEveryModelAndShortSounds) {
  for (const int64_t rate : {16000, 24000, 32000, 48000, 32001}) {
    for (const int64_t samples : {1, 700}) {
      const std::string bytes =
          EncodeAudio(Sound(rate, 2, samples), GetParam(), SampleFormat::kPcm16, kMetadata);
      EXPECT_GE(DecodeAudio(bytes, "x").samples, samples) << rate;
    }
  }
}

TEST_P(Encode, ClipsWhatItCannotHold) {
  Waveform wave = Sound(32000, 1, 8000);
  for (float& value : wave.values) value *= 1e20f;
  const Waveform read =
      DecodeAudio(EncodeAudio(wave, GetParam(), SampleFormat::kPcm16, kMetadata), "x");
  for (const float value : read.values) ASSERT_LT(std::abs(value), 2.0f);
}

INSTANTIATE_TEST_SUITE_P(, Encode, ::testing::ValuesIn(kFormats),
                         [](const auto& format) { return FormatName(format.param); });

TEST(EncodeFlac, IsLossless) {
  const Waveform wave = Sound(32000, 2, 9000);
  const Waveform of16 =
      DecodeAudio(EncodeAudio(wave, AudioFormat::kFlac, SampleFormat::kPcm16, kMetadata), "x");
  const Waveform of24 =
      DecodeAudio(EncodeAudio(wave, AudioFormat::kFlac, SampleFormat::kPcm24, kMetadata), "x");
  for (size_t i = 0; i < wave.values.size(); ++i) {
    ASSERT_EQ(of16.values[i], static_cast<float>(FloatToInt16(wave.values[i])) / 32768.0f);
    ASSERT_EQ(of24.values[i], static_cast<float>(FloatToInt24(wave.values[i])) / 8388608.0f);
  }
  EXPECT_THROW(EncodeAudio(wave, AudioFormat::kFlac, SampleFormat::kFloat32, kMetadata), Error);
}

TEST(EncodeMp3, Has320KilobitsPerSecond) {
  const std::string bytes =
      EncodeAudio(Sound(32000, 1, 320000), AudioFormat::kMp3, SampleFormat::kPcm16, kMetadata);
  EXPECT_NEAR(static_cast<double>(bytes.size()), 10 * 320e3 / 8, 8000);
}

TEST(EncodeAudio, RefusesWhatAFormatDoesNotHave) {
  EXPECT_THROW(
      EncodeAudio(Sound(32000, 3, 100), AudioFormat::kMp3, SampleFormat::kPcm16, kMetadata), Error);
  EXPECT_THROW(
      EncodeAudio(Sound(700000, 1, 100), AudioFormat::kFlac, SampleFormat::kPcm16, kMetadata),
      Error);
  Waveform wave = Sound(32000, 1, 100);
  wave.values[7] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(EncodeAudio(wave, AudioFormat::kOgg, SampleFormat::kPcm16, kMetadata), Error);
}

}  // namespace
}  // namespace musicgen::audio
