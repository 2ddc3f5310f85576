#include "audio/read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "audio/encode.h"
#include "base/error.h"

// libsndfile 1.2 forgets a structure of 6 kB for each Ogg file whose Vorbis headers are damaged.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:libvorbis.so\n";
}

namespace musicgen::audio {
namespace {

using ::testing::HasSubstr;

std::string Bytes(uint64_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

// A WAV file; `claimed` is what its data chunk says of its size.
std::string Wav(int tag, int bits, int channels, uint64_t rate, const std::string& data,
                uint64_t claimed) {
  const std::string format = Bytes(tag, 2) + Bytes(channels, 2) + Bytes(rate, 4) +
                             Bytes(rate * channels * bits / 8, 4) + Bytes(channels * bits / 8, 2) +
                             Bytes(bits, 2);
  return "RIFF" + Bytes(36 + claimed, 4) + "WAVEfmt " + Bytes(16, 4) + format + "data" +
         Bytes(claimed, 4) + data;
}

std::string Wav(int tag, int bits, int channels, uint64_t rate, const std::string& data) {
  return Wav(tag, bits, channels, rate, data, data.size());
}

// The sentence of the error that reading throws.
std::string Complaint(const std::string& bytes, const ReadLimits& limits = {}) {
  try {
    DecodeAudio(bytes, "x.wav", {}, limits);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "";
}

TEST(DecodeAudio, DividesIntegersByTheirRange) {
  const Waveform s16 =
      DecodeAudio(Wav(1, 16, 1, 8000, Bytes(0x8000, 2) + Bytes(0x7fff, 2) + Bytes(1, 2)), "x");
  EXPECT_EQ(s16.sample_rate_hz, 8000);
  EXPECT_EQ(s16.values, (std::vector<float>{-1.0f, 32767.0f / 32768, 1.0f / 32768}));
  const Waveform s24 = DecodeAudio(Wav(1, 24, 1, 8000, Bytes(0x800000, 3) + Bytes(1, 3)), "x");
  EXPECT_EQ(s24.values, (std::vector<float>{-1.0f, 1.0f / 8388608}));
  const Waveform s32 =
      DecodeAudio(Wav(1, 32, 1, 8000, Bytes(0x80000000, 4) + Bytes(1 << 20, 4)), "x");
  EXPECT_EQ(s32.values, (std::vector<float>{-1.0f, 1.0f / 2048}));
  const Waveform u8 = DecodeAudio(Wav(1, 8, 1, 8000, std::string("\x00\x80\xc0", 3)), "x");
  EXPECT_EQ(u8.values, (std::vector<float>{-1.0f, 0.0f, 0.5f}));
}

// What lies beside the samples is skipped, whatever its size claims to be.
TEST(DecodeAudio, SkipsOtherChunks) {
  const std::string wav = Wav(1, 16, 1, 8000, Bytes(1, 2) + Bytes(2, 2));
  const std::string odd = "LIST" + Bytes(3, 4) + std::string("abc\0", 4);
  const std::string with =
      wav.substr(0, 12) + odd + wav.substr(12, 24) + odd + wav.substr(36) + odd;
  EXPECT_EQ(DecodeAudio(with, "x").samples, 2);
  const std::string lying = "LIST" + Bytes(0xffffffff, 4);
  EXPECT_THAT(Complaint(wav.substr(0, 12) + lying + wav.substr(12)), HasSubstr("data chunk"));
  EXPECT_THAT(Complaint(wav.substr(0, 12) + wav.substr(36)), HasSubstr("format chunk"));
}

TEST(DecodeAudio, ReadsExtensibleAndDouble) {
  const std::string guid =
      Bytes(1, 2) + std::string("\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 14);
  const std::string format = Bytes(0xfffe, 2) + Bytes(1, 2) + Bytes(8000, 4) + Bytes(16000, 4) +
                             Bytes(2, 2) + Bytes(16, 2) + Bytes(22, 2) + Bytes(16, 2) + Bytes(4, 4);
  const std::string wav = "RIFF" + Bytes(100, 4) + "WAVEfmt " + Bytes(40, 4) + format + guid +
                          "data" + Bytes(2, 4) + Bytes(0x4000, 2);
  EXPECT_EQ(DecodeAudio(wav, "x").values, std::vector<float>{0.5f});
  EXPECT_EQ(DecodeAudio(Wav(3, 64, 1, 8000, Bytes(0x3fe0000000000000, 8)), "x").values,
            std::vector<float>{0.5f});
}

TEST(DecodeAudio, SeparatesChannels) {
  const Waveform wave =
      DecodeAudio(Wav(1, 16, 2, 44100, Bytes(1, 2) + Bytes(2, 2) + Bytes(3, 2) + Bytes(4, 2)), "x");
  EXPECT_EQ(wave.channels, 2);
  EXPECT_EQ(wave.samples, 2);
  for (float value : {1.0f, 3.0f}) EXPECT_EQ(wave.channel(0)[value > 2], value / 32768);
  for (float value : {2.0f, 4.0f}) EXPECT_EQ(wave.channel(1)[value > 3], value / 32768);
}

TEST(DecodeAudio, KeepsFloatsBeyondFullScale) {
  Waveform wave(32000, 2, 3);
  wave.values = {1.5f, -2.0f, 1e-30f, 0, 0.25f, -0.0f};
  EXPECT_EQ(DecodeAudio(EncodeWav(wave, SampleFormat::kFloat32, {}), "x").values, wave.values);
}

TEST(DecodeAudio, DistrustsTheLengthInTheHeader) {
  const std::string data = Bytes(1, 2) + Bytes(2, 2);
  for (const uint64_t claimed : {0xfffffff0ull, 0x7fffffffull, 1000ull}) {
    EXPECT_EQ(DecodeAudio(Wav(1, 16, 1, 8000, data, claimed), "x").samples, 2);
  }
}

// Streams of FLAC say no length.
TEST(DecodeAudio, ReadsFlacOfUnknownLength) {
  Waveform wave(32000, 1, 30000);
  for (size_t i = 0; i < wave.values.size(); ++i) wave.values[i] = static_cast<float>(i % 64) / 128;
  std::string flac = EncodeAudio(wave, AudioFormat::kFlac, SampleFormat::kPcm16, {});
  flac[21] = static_cast<char>(flac[21] & 0xf0);  // 36 bits of STREAMINFO
  flac.replace(22, 4, 4, '\0');
  EXPECT_EQ(DecodeAudio(flac, "x").values, wave.values);
  EXPECT_EQ(DecodeAudio(flac, "x", {-0.5, 0}).samples, 16000);
}

TEST(DecodeAudio, RefusesWhatExceedsItsLimits) {
  const std::string second = Wav(1, 16, 1, 8000, std::string(16000, '\1'));
  ReadLimits limits;
  limits.duration_s = 1;
  EXPECT_EQ(Complaint(second, limits), "");
  limits.duration_s = 0.99;
  EXPECT_THAT(Complaint(second, limits), HasSubstr("at most 0.99 s"));
  limits = {};
  limits.values = 7999;
  EXPECT_THAT(Complaint(second, limits), HasSubstr("found more"));
  EXPECT_THAT(Complaint(Wav(1, 16, 65, 8000, std::string(130, '\1'))), HasSubstr("64 channels"));
  EXPECT_THAT(Complaint(Wav(1, 16, 1, 768001, std::string(16, '\1'))), HasSubstr("768000"));
}

TEST(DecodeAudio, RefusesWhatIsNoSound) {
  EXPECT_THAT(Complaint(""), HasSubstr("found nothing"));
  EXPECT_THAT(Complaint("\n\x01some text"), HasSubstr("expected a sound file"));
  EXPECT_THAT(Complaint("RIFF\1\1\1\1CDXA"), HasSubstr("expected a sound file"));
  EXPECT_THAT(Complaint("RIFF"), HasSubstr("expected a sound file"));
  EXPECT_NE(Complaint("fLaC"), "");
  EXPECT_NE(Complaint("OggS"), "");
  EXPECT_NE(Complaint("\xff\xfb"), "");
  EXPECT_NE(Complaint("ID3"), "");
  EXPECT_NE(Complaint(Wav(1, 16, 0, 8000, "1234")), "");
  EXPECT_NE(Complaint(Wav(1, 16, 1, 0, "1234")), "");
  EXPECT_THAT(Complaint(Wav(77, 16, 1, 8000, "1234")), HasSubstr("unknown coding 0x004d"));
  EXPECT_THAT(Complaint(Wav(1, 16, 1, 8000, "")), HasSubstr("at least one sample"));
}

TEST(DecodeAudio, RefusesSamplesThatAreNotFinite) {
  for (const uint64_t bits : {0x7fc00000u, 0x7f800000u, 0xff800000u}) {
    EXPECT_THAT(Complaint(Wav(3, 32, 1, 8000, Bytes(0, 4) + Bytes(bits, 4))),
                HasSubstr("sample 1 of channel 0"));
  }
}

// Many an MP3 file lacks the frame that tells its length.
TEST(DecodeAudio, ReadsMp3WithoutAnInfoFrame) {
  Waveform wave(32000, 1, 32000);
  for (size_t i = 0; i < wave.values.size(); ++i) {
    wave.values[i] = 0.3f * std::sin(0.05f * static_cast<float>(i));
  }
  const std::string whole = EncodeAudio(wave, AudioFormat::kMp3, SampleFormat::kPcm16, {});
  const size_t second = whole.find(whole.substr(0, 2), 4);
  const Waveform plain = DecodeAudio(whole.substr(second), "x");
  EXPECT_GE(plain.samples, wave.samples);  // with the encoder's delay and padding
  EXPECT_LE(plain.samples, wave.samples + 3 * 1152);
  // A tag in front, with a frame inside that is none.
  const std::string tag =
      "ID3" + std::string("\3\0\0\0\0\0\x10", 7) + "\xff\xfb" + std::string(14, 'x');
  EXPECT_EQ(DecodeAudio(tag + whole, "x").values, DecodeAudio(whole, "x").values);
}

// Files cut anywhere are read as far as they go, or refused.
TEST(DecodeAudio, SurvivesTruncation) {
  Waveform wave(32000, 2, 3000);
  for (size_t i = 0; i < wave.values.size(); ++i) {
    wave.values[i] = 0.3f * std::sin(0.05f * static_cast<float>(i));
  }
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kFlac, AudioFormat::kOgg,
                                   AudioFormat::kOpus, AudioFormat::kMp3}) {
    const std::string whole = EncodeAudio(wave, format, SampleFormat::kPcm16, {"musicgen", "x"});
    for (size_t size = 0; size < whole.size(); size += 1 + size / 20) {
      try {
        EXPECT_LE(DecodeAudio(whole.substr(0, size), "x").samples, 2 * wave.samples);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      }
    }
  }
}

TEST(ReadAudio, NamesTheFile) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir());
  const std::string path = folder / ("read_test." + std::to_string(getpid()) + ".wav");
  std::ofstream(path, std::ios::binary) << Wav(1, 16, 1, 8000, Bytes(1, 2));
  EXPECT_EQ(ReadAudio(path).samples, 1);
  std::ofstream(path, std::ios::binary) << "no sound";
  try {
    ReadAudio(path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(path));
  }
  std::filesystem::remove(path);
  EXPECT_THROW(ReadAudio(path), Error);
}

}  // namespace
}  // namespace musicgen::audio
