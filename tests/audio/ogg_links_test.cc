#include "audio/ogg_links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "audio/encode.h"
#include "audio/ogg_pages.h"
#include "audio/sound_files.h"
#include "fixtures_directory.h"

namespace musicgen::audio {
namespace {

using ::testing::HasSubstr;

std::string Encode(AudioFormat format, const Waveform& wave, uint32_t serial = 1) {
  std::string bytes = EncodeAudio(wave, format, SampleFormat::kPcm16, {});
  SetOggSerial(bytes, serial);
  return bytes;
}

std::string FlacFixture() {
  std::ifstream file(std::string(kFixturesDirectory) + "/audio/ramp.oga", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(OggLinks, FindsEveryLink) {
  const std::string one = Encode(AudioFormat::kOgg, Tone(48000, 30000), 1);
  const std::string two = Encode(AudioFormat::kOpus, Tone(48000, 40000), 2);
  EXPECT_EQ(OggLinks(one), std::vector<std::string_view>({one}));
  EXPECT_EQ(OggLinks(one + two + one), std::vector<std::string_view>({one, two, one}));
  EXPECT_EQ(OggLinks("OggS").size(), 1u);
}

// All of the sound, of links of any coding and even of one serial number.
TEST(OggLinks, ServesTheReader) {
  const Waveform tone = Tone(48000, 30000);
  const std::string vorbis = Encode(AudioFormat::kOgg, tone);
  const std::string opus = Encode(AudioFormat::kOpus, tone);
  std::vector<float> all = DecodeAudio(vorbis, "x").values;
  const std::vector<float> other = DecodeAudio(opus, "x").values;
  all.insert(all.end(), other.begin(), other.end());
  EXPECT_EQ(DecodeAudio(vorbis + opus, "x").values, all);
  const size_t once = DecodeAudio(vorbis, "x").values.size();
  EXPECT_EQ(DecodeAudio(vorbis + vorbis + vorbis, "x").values.size(), 3 * once);
  // The last link may be cut anywhere; damage before it is not passed over.
  EXPECT_EQ(DecodeAudio(vorbis + vorbis.substr(0, 100), "x").values.size(), once);
  const std::string damaged = vorbis.substr(0, 60) + std::string(30, 'x') + vorbis.substr(90);
  EXPECT_THAT(ReadingComplaint(vorbis + damaged + vorbis), HasSubstr("cannot read the Ogg file"));
  const std::string slower = Encode(AudioFormat::kOgg, Tone(32000, 30000));
  const size_t resampled = 30000 * 48 / 32;
  EXPECT_EQ(DecodeAudio(vorbis + slower, "x").values.size(), once + resampled);
  const std::string stereo = Encode(AudioFormat::kOgg, Ramp(48000, 2, 30000));
  const Waveform wide = DecodeAudio(stereo + vorbis, "x");
  EXPECT_EQ(wide.channels, 2);
  EXPECT_EQ(wide.samples, 60000);
  EXPECT_EQ(DecodeAudio(vorbis + stereo, "x").samples, 60000);
}

TEST(UnwrapFlac, GivesTheSound) {
  const std::string ogg = FlacFixture();
  ASSERT_EQ(OggCoding(ogg), "FLAC");
  EXPECT_EQ(UnwrapFlac(ogg).substr(0, 4), "fLaC");
  const Waveform wave = DecodeAudio(ogg, "x");
  EXPECT_EQ(wave.sample_rate_hz, 8000);
  ASSERT_EQ(wave.samples, 1000);
  for (int64_t n = 0; n < wave.samples; ++n) {
    EXPECT_EQ(wave.values[static_cast<size_t>(n)], static_cast<float>(n % 50 * 100 - 2500) / 32768);
  }
  EXPECT_EQ(DecodeAudio(ogg + ogg, "x").samples, 2000);
}

TEST(OggCoding, IsNamedWhereItIsNotRead) {
  std::string speex = Encode(AudioFormat::kOgg, Tone(48000, 3000));
  const size_t packet = speex.find("\1vorbis");
  speex.replace(packet, 8, "Speex   ");
  EXPECT_THAT(ReadingComplaint(speex), HasSubstr("found Speex"));
}

}  // namespace
}  // namespace musicgen::audio
