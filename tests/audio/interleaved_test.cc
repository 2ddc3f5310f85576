#include "audio/interleaved.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audio/encode.h"
#include "audio/sound_files.h"

namespace musicgen::audio {
namespace {

using ::testing::HasSubstr;

// The samples [begin, end) of each channel.
std::vector<float> Part(const Waveform& wave, int64_t begin, int64_t end) {
  std::vector<float> part;
  for (int64_t c = 0; c < wave.channels; ++c) {
    part.insert(part.end(), wave.channel(c) + begin, wave.channel(c) + end);
  }
  return part;
}

std::string EncodedAs(AudioFormat format, const Waveform& wave) {
  return EncodeAudio(wave, format, SampleFormat::kPcm16, {});
}

// In a decoder that jumps (WAV) and in those that read all of it.
TEST(Excerpt, IsThatPartOfTheSound) {
  const Waveform ramp = Ramp(8000, 2, 40000);
  for (const AudioFormat format :
       {AudioFormat::kWav, AudioFormat::kFlac, AudioFormat::kOgg, AudioFormat::kMp3}) {
    const std::string file = EncodedAs(format, ramp);
    const Waveform all = DecodeAudio(file, "x");
    const int64_t n = all.samples;
    const auto read = [&](double start_s, double duration_s) {
      return DecodeAudio(file, "x", {start_s, duration_s}).values;
    };
    EXPECT_EQ(read(0, 1), Part(all, 0, 8000)) << FormatName(format);
    EXPECT_EQ(read(2, 0.5), Part(all, 16000, 20000)) << FormatName(format);
    EXPECT_EQ(read(4, 0), Part(all, 32000, n)) << FormatName(format);
    EXPECT_EQ(read(4, 100), Part(all, 32000, n)) << FormatName(format);
    EXPECT_EQ(read(-1, 0), Part(all, n - 8000, n)) << FormatName(format);
    EXPECT_EQ(read(-1, 0.25), Part(all, n - 8000, n - 6000)) << FormatName(format);
    EXPECT_EQ(read(-100, 0), all.values) << FormatName(format);
    EXPECT_EQ(read(-100, 1), Part(all, 0, 8000)) << FormatName(format);
  }
}

TEST(Excerpt, SpansTheLinksOfAnOggFile) {
  const std::string link = EncodedAs(AudioFormat::kOgg, Tone(8000, 8000));
  const Waveform all = DecodeAudio(link + link, "x");
  EXPECT_EQ(DecodeAudio(link + link, "x", {0.75, 0.5}).values, Part(all, 6000, 10000));
}

// The limit is of what is kept: 700 s hold an excerpt of 5 s, from either end.
TEST(Excerpt, OfALongFileIsRead) {
  const Waveform song = Ramp(1000, 1, 700000);
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kFlac}) {
    const std::string file = EncodedAs(format, song);
    EXPECT_THAT(ReadingComplaint(file), HasSubstr("at most 600 s of sound, found more"));
    EXPECT_THAT(ReadingComplaint(file, {-650, 0}), HasSubstr("at most 600 s"));
    EXPECT_THAT(ReadingComplaint(file, {0, 650}), HasSubstr("at most 600 s"));
    EXPECT_EQ(DecodeAudio(file, "x", {0, 5}).values, Part(song, 0, 5000));
    EXPECT_EQ(DecodeAudio(file, "x", {690, 5}).values, Part(song, 690000, 695000));
    EXPECT_EQ(DecodeAudio(file, "x", {-599, 0}).values, Part(song, 101000, 700000));
  }
}

TEST(Excerpt, BeyondTheEndIsRefused) {
  const std::string file = EncodedAs(AudioFormat::kWav, Ramp(8000, 1, 8000));
  EXPECT_THAT(ReadingComplaint(file, {1, 0}), HasSubstr("from 1 s on, found 1 s of it in all"));
  EXPECT_THAT(ReadingComplaint(file, {30, 5}), HasSubstr("from 30 s on"));
  EXPECT_THAT(ReadingComplaint(file, {0, 1e-5}), HasSubstr("at least one sample"));
  EXPECT_THAT(ReadingComplaint(file, {-1e-5, 0}), HasSubstr("at least one sample"));
}

// Of days of sound in a small file, the decoder stops.
TEST(Excerpt, IsNotSoughtForEver) {
  ReadLimits limits;
  limits.passed_s = 10;
  const std::string file = EncodedAs(AudioFormat::kFlac, Ramp(1000, 1, 20000));
  EXPECT_THAT(ReadingComplaint(file, {-1, 0}, limits), HasSubstr("found more"));
  EXPECT_EQ(ReadingComplaint(file, {2, 3}, limits), "");
}

}  // namespace
}  // namespace musicgen::audio
