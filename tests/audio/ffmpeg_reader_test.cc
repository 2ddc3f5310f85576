#include "audio/ffmpeg_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numbers>

#include "audio/sound_files.h"
#include "audio/sound_kind.h"
#include "fixtures_directory.h"

namespace musicgen::audio {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Fixture(const std::string& name) {
  std::ifstream file(std::string(kFixturesDirectory) + "/audio/ffmpeg/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What make_fixtures.sh encodes, from sample `start` on.
Waveform Source(int64_t rate_hz, int64_t channels, int64_t start, int64_t samples) {
  Waveform wave(rate_hz, channels, samples);
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t n = 0; n < samples; ++n) {
      const double t = static_cast<double>(start + n) / static_cast<double>(rate_hz);
      const double turns = (220 + 150 * static_cast<double>(c)) * t + 300 * t * t;
      wave.channel(c)[n] = static_cast<float>(0.4 * std::sin(2 * std::numbers::pi * turns));
    }
  }
  return wave;
}

// The samples of all channels, away from the ends, where codings ring.
double DifferenceInside(const Waveform& wave, int64_t delay) {
  const int64_t margin = wave.sample_rate_hz / 20, samples = wave.sample_rate_hz / 3;
  Waveform inside(wave.sample_rate_hz, wave.channels, samples);
  for (int64_t c = 0; c < wave.channels; ++c) {
    const float* from = wave.channel(c) + delay + margin;
    std::copy(from, from + samples, inside.channel(c));
  }
  return Difference(inside, Source(wave.sample_rate_hz, wave.channels, margin, samples));
}

class WithFfmpeg : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HasFfmpeg()) GTEST_SKIP() << "FFmpeg's libraries are not here";
  }
};

TEST_F(WithFfmpeg, ReadsWhatWasEncodedWithoutTheEncodersDelay) {
  struct Case {
    const char* name;
    int64_t rate_hz, channels, samples, delay;
    double most_difference;
  };
  // FFmpeg itself drops the beginning of what its encoder of WMA writes; those without a place for
  // the encoder's delay and padding come with them.
  const Case cases[] = {
      {"aac.m4a", 44100, 2, 22050, 0, 0.05},          {"video.mp4", 44100, 2, 22050, 0, 0.05},
      {"opus.webm", 48000, 2, 24000, 0, 0.02},        {"vorbis.mkv", 44100, 2, 22080, 0, 0.02},
      {"fragments.mp4", 44100, 2, 23074, 1024, 0.05}, {"adts.aac", 44100, 2, 23552, 1024, 0.05},
      {"windows.wma", 44100, 2, 20480, -2048, 0.02},  {"alac.m4a", 8000, 1, 4000, 0, 2e-5},
      {"wavpack.wv", 8000, 1, 4000, 0, 2e-5},         {"pcm.avi", 8000, 1, 4000, 0, 2e-5}};
  for (const Case& one : cases) {
    const std::string file = Fixture(one.name);
    const Waveform wave = DecodeAudio(file, one.name);
    EXPECT_EQ(wave.sample_rate_hz, one.rate_hz) << one.name;
    EXPECT_EQ(wave.channels, one.channels) << one.name;
    EXPECT_EQ(wave.samples, one.samples) << one.name;
    EXPECT_LT(DifferenceInside(wave, one.delay), one.most_difference) << one.name;
    const SoundInfo info = DecodeSoundInfo(file, one.name);
    EXPECT_EQ(info.samples, one.samples) << one.name;

    // An excerpt is a part of the whole.
    const Waveform part = DecodeAudio(file, one.name, {0.1, 0.2});
    const auto start = static_cast<int64_t>(0.1 * static_cast<double>(one.rate_hz));
    ASSERT_EQ(part.samples, static_cast<int64_t>(0.2 * static_cast<double>(one.rate_hz)));
    for (int64_t c = 0; c < part.channels; ++c) {
      EXPECT_TRUE(
          std::equal(part.channel(c), part.channel(c) + part.samples, wave.channel(c) + start));
    }
    EXPECT_EQ(DecodeAudio(file, one.name, {-0.1, 0}).samples, one.rate_hz / 10) << one.name;
  }
}

TEST_F(WithFfmpeg, ReadsAmr) {
  std::string file = "#!AMR\n";
  for (int n = 0; n < 25; ++n) file += "\x3c" + std::string(31, static_cast<char>(37 * n));
  const Waveform wave = DecodeAudio(file, "x.amr");
  EXPECT_EQ(wave.sample_rate_hz, 8000);
  EXPECT_EQ(wave.samples, 25 * 160);
}

TEST_F(WithFfmpeg, NamesWhatCannotBeRead) {
  EXPECT_EQ(ReadingComplaint(Fixture("picture_alone.mp4")),
            "x.wav: expected a sound track, found none in MP4 (MPEG-4)");
  EXPECT_THAT(
      ReadingComplaint("\0\0\0\x20"
                       "ftypM4A \0\0\0\0"s),
      StartsWith("x.wav: cannot read M4A (MPEG-4 sound, AAC or Apple Lossless) with FFmpeg: "));
  EXPECT_THAT(ReadingComplaint("\0\0\0\x20"
                               "ftypM4P \0\0\0\0"s),
              HasSubstr("protected"));
  ReadLimits limits;
  limits.duration_s = 0.25;
  EXPECT_THAT(ReadingComplaint(Fixture("aac.m4a"), {}, limits),
              HasSubstr("expected at most 0.25 s of sound, found more"));
  // A coding that is not on our list, though FFmpeg knows it.
  std::string other = Fixture("alac.m4a");
  other.replace(other.find("alac", other.find("stsd")), 4, "QDM2");
  EXPECT_EQ(ReadingComplaint(other),
            "x.wav: expected a sound track in AAC, Apple Lossless, Opus, Vorbis or another coding "
            "that is read, found qdm2");
}

// Cut or damaged anywhere: less sound, or one sentence.
TEST_F(WithFfmpeg, SurvivesDamage) {
  for (const char* name : {"aac.m4a", "alac.m4a", "video.mp4", "fragments.mp4", "opus.webm",
                           "vorbis.mkv", "adts.aac", "windows.wma", "wavpack.wv", "pcm.avi"}) {
    const std::string whole = Fixture(name);
    const int64_t most = DecodeAudio(whole, name).samples;
    for (size_t size = 40; size < whole.size(); size += whole.size() / 30) {
      std::string damaged = whole.substr(0, size);
      const std::string complaint = ReadingComplaint(damaged);
      EXPECT_EQ(complaint.find('\n'), std::string::npos);
      if (complaint.empty()) {
        EXPECT_LE(DecodeAudio(damaged, name).samples, most) << name;
      }
      damaged = whole;
      for (size_t i = size; i < std::min(size + 8, whole.size()); ++i)
        damaged[i] = static_cast<char>(~damaged[i]);
      ReadingComplaint(damaged);
    }
  }
}

TEST(WithoutFfmpeg, TheRefusalNamesTheKindAndAWay) {
  EXPECT_THAT(OtherKind(Fixture("aac.m4a"), "x.m4a"),
              StartsWith("M4A (MPEG-4 sound, AAC or Apple Lossless): convert it first"));
}

}  // namespace
}  // namespace musicgen::audio
