#include "audio/wav_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audio/encode.h"
#include "audio/sound_files.h"

namespace musicgen::audio {
namespace {

using ::testing::HasSubstr;

const std::string kSamples = Bytes(1, 2) + Bytes(2, 2) + Bytes(0x8000, 2);
const std::vector<float> kValues = {1.0f / 32768, 2.0f / 32768, -1.0f};

std::string Format(int frame_bytes = 2) {
  return RiffChunk("fmt ", WavFormatOf(1, 1, 8000, 16, frame_bytes));
}

std::string Wave64Chunk(const std::string& name, const std::string& data) {
  const std::string tail("\xf3\xac\xd3\x11\x8c\xd1\0\xc0\x4f\x8e\xdb\x8a", 12);
  return name + tail + Bytes(24 + data.size(), 8) + data +
         std::string((8 - data.size() % 8) % 8, '\0');
}

std::string Wave64(const std::string& chunks) {
  return "riff" + std::string("\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0", 12) +
         Bytes(40 + chunks.size(), 8) + Wave64Chunk("wave", "").substr(0, 16) + chunks;
}

TEST(DecodeWav, ReadsItsRelatives) {
  const std::string list = RiffChunk("LIST", "abcd");
  const std::string wide = RiffChunk("ds64", Bytes(0, 8) + Bytes(6, 8) + Bytes(3, 8) + Bytes(0, 4));
  for (const std::string name : {"RF64", "BW64"}) {
    const std::string wav = name + Bytes(0xffffffff, 4) + "WAVE" + wide + Format() + "data" +
                            Bytes(0xffffffff, 4) + kSamples + list;
    EXPECT_EQ(DecodeAudio(wav, "x").values, kValues) << name;
  }
  const std::string swapped = Bytes(1, 2, true) + Bytes(2, 2, true) + Bytes(0x8000, 2, true);
  const std::string rifx = "RIFX" + Bytes(42, 4, true) + "WAVE" +
                           RiffChunk("fmt ", WavFormatOf(1, 1, 8000, 16, 2, true), true) +
                           RiffChunk("data", swapped, true);
  EXPECT_EQ(DecodeAudio(rifx, "x").values, kValues);
  const std::string format = WavFormatOf(1, 1, 8000, 16, 2);
  EXPECT_EQ(DecodeAudio(Wave64(Wave64Chunk("fmt ", format) + Wave64Chunk("LIST", "abc") +
                               Wave64Chunk("data", kSamples) + Wave64Chunk("LIST", "abc")),
                        "x")
                .values,
            kValues);
}

// Those of the library's making too, of every kind of sample.
TEST(DecodeWav, ReadsWhatTheLibraryWrites) {
  const Waveform wave = Ramp(44100, 2, 500);
  for (const int kind : {SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_RF64, SF_FORMAT_W64}) {
    for (const int samples : {SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
                              SF_FORMAT_PCM_32, SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE}) {
      for (const int endian : {SF_ENDIAN_LITTLE, SF_ENDIAN_BIG}) {
        const std::string file = EncodeWithLibrary(kind | samples | endian, wave);
        if (file.empty()) continue;  // the library writes RIFX, but no RF64 the other way round
        EXPECT_EQ(DecodeAudio(file, "x").values, wave.values)
            << std::hex << (kind | samples | endian);
      }
    }
  }
}

TEST(DecodeWav, ReadsCompressedSamples) {
  const Waveform tone = Tone(8000, 4000);
  for (const int kind : {SF_FORMAT_WAV, SF_FORMAT_W64}) {
    for (const int coding : {SF_FORMAT_ALAW, SF_FORMAT_ULAW, SF_FORMAT_IMA_ADPCM,
                             SF_FORMAT_MS_ADPCM, SF_FORMAT_GSM610}) {
      const Waveform read = DecodeAudio(EncodeWithLibrary(kind | coding, tone), "x");
      EXPECT_EQ(read.sample_rate_hz, 8000);
      EXPECT_GE(read.samples, tone.samples);
      EXPECT_LT(read.samples, tone.samples + 2100);  // whole blocks
      const double difference = Difference(tone, read);
      EXPECT_GE(difference, 0) << std::hex << coding;
      EXPECT_LT(difference, coding == SF_FORMAT_GSM610 ? 0.1 : 0.02) << std::hex << coding;
    }
  }
}

TEST(DecodeWav, ReadsMp3Inside) {
  const std::string mp3 =
      EncodeAudio(Tone(32000, 32000), AudioFormat::kMp3, SampleFormat::kPcm16, {});
  const std::string format = WavFormatOf(0x55, 1, 32000, 0, 1) + Bytes(0, 2);
  const std::string wav = Riff(RiffChunk("fmt ", format) + RiffChunk("data", mp3));
  EXPECT_EQ(DecodeAudio(wav, "x").values, DecodeAudio(mp3, "x").values);
}

TEST(DecodeWav, NamesCodingsThatAreNotRead) {
  const auto complaint = [](int tag) {
    return ReadingComplaint(
        Riff(RiffChunk("fmt ", WavFormatOf(tag, 1, 8000, 4, 1)) + RiffChunk("data", "12345678")));
  };
  EXPECT_THAT(complaint(0x45), HasSubstr("G.726 ADPCM"));
  EXPECT_THAT(complaint(0x161), HasSubstr("Windows Media Audio"));
  EXPECT_THAT(complaint(0x4d), HasSubstr("unknown coding 0x004d"));
  for (const int tag : {0x45, 0x161, 0x4d}) EXPECT_THAT(complaint(tag), HasSubstr("ffmpeg"));
}

// A recorder that was cut off leaves a size of 0; an empty sound has one too.
TEST(DecodeWav, ReadsToTheEndWhereNoSizeWasWritten) {
  const std::string unwritten = "data" + Bytes(0, 4) + kSamples;
  EXPECT_EQ(DecodeAudio("RIFF" + Bytes(0, 4) + "WAVE" + Format() + unwritten, "x").values, kValues);
  EXPECT_EQ(DecodeAudio(Riff(RiffChunk("LIST", "abcd") + Format() + unwritten), "x").values,
            kValues);
  const std::string wide = RiffChunk("ds64", std::string(28, '\0'));
  EXPECT_EQ(DecodeAudio("RF64" + Bytes(0, 4) + "WAVE" + wide + Format() + "data" +
                            Bytes(0xffffffff, 4) + kSamples,
                        "x")
                .values,
            kValues);
  const std::string wave64_format = Wave64Chunk("fmt ", WavFormatOf(1, 1, 8000, 16, 2));
  const std::string wave64_data = Wave64Chunk("data", "").substr(0, 16);
  for (const int size : {0, 24}) {
    EXPECT_EQ(
        DecodeAudio(Wave64(wave64_format + wave64_data + Bytes(size, 8) + kSamples), "x").values,
        kValues);
  }
  EXPECT_THAT(ReadingComplaint(Riff(Format() + RiffChunk("data", "") + RiffChunk("LIST", "abcd"))),
              HasSubstr("at least one sample"));
  EXPECT_THAT(ReadingComplaint(Riff(Format() + RiffChunk("data", ""))),
              HasSubstr("at least one sample"));
}

TEST(DecodeWav, ReadsWhatSloppyWritersLeave) {
  for (const int frame_bytes : {0, 1, 4, 77}) {
    EXPECT_EQ(DecodeAudio(Riff(Format(frame_bytes) + RiffChunk("data", kSamples)), "x").values,
              kValues);
  }
  EXPECT_EQ(DecodeAudio(Riff(RiffChunk("data", kSamples) + Format()), "x").values, kValues);
  // The oldest format chunk says no bits, others say 0.
  const std::string without_bits = RiffChunk("fmt ", WavFormatOf(1, 1, 8000, 16, 2).substr(0, 14));
  EXPECT_EQ(DecodeAudio(Riff(without_bits + RiffChunk("data", kSamples)), "x").values, kValues);
  const std::string no_bits = RiffChunk("fmt ", WavFormatOf(1, 1, 8000, 0, 2));
  EXPECT_EQ(DecodeAudio(Riff(no_bits + RiffChunk("data", kSamples)), "x").values, kValues);
  // An odd chunk without the byte behind it.
  EXPECT_EQ(
      DecodeAudio(Riff("LIST" + Bytes(3, 4) + "abc" + Format() + RiffChunk("data", kSamples)), "x")
          .values,
      kValues);
  const Waveform wide = Ramp(32000, 12, 20);
  EXPECT_EQ(DecodeAudio(EncodeWithLibrary(SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, wide), "x").values,
            wide.values);
}

// 24 bits in 32: at the upper end as the format says, or at the lower as others write them.
TEST(DecodeWav, Reads24BitsIn32) {
  const std::string format = RiffChunk("fmt ", WavFormatOf(1, 1, 8000, 24, 4));
  const std::vector<float> values = {-0.5f, 1.0f / 8388608, 0.25f};
  std::string left, right;
  for (const float value : values) {
    const auto integer = static_cast<int32_t>(value * 8388608);
    left += Bytes(static_cast<uint32_t>(integer) << 8, 4);
    right += Bytes(static_cast<uint32_t>(integer), 4);
  }
  EXPECT_EQ(DecodeAudio(Riff(format + RiffChunk("data", left)), "x").values, values);
  EXPECT_EQ(DecodeAudio(Riff(format + RiffChunk("data", right)), "x").values, values);
}

}  // namespace
}  // namespace musicgen::audio
