#include "audio/aiff_au_caf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audio/encode.h"
#include "audio/honest_headers.h"
#include "audio/sound_files.h"

namespace musicgen::audio {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

constexpr int kPlain[] = {SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
                          SF_FORMAT_PCM_32, SF_FORMAT_FLOAT,  SF_FORMAT_DOUBLE};
constexpr int kKinds[] = {SF_FORMAT_AIFF, SF_FORMAT_AU, SF_FORMAT_CAF};

// Where the size of the sound stands, and how many bytes it has: just behind the id, in AU's
// header.
void ForgetSize(std::string& file, int kind, char with) {
  if (kind == SF_FORMAT_AU) {
    file.replace(8, 4, 4, with);
    return;
  }
  const size_t at = file.find(kind == SF_FORMAT_AIFF ? "SSND" : "data");
  const size_t bytes = kind == SF_FORMAT_AIFF ? 4 : 8;
  file.replace(at + 4, bytes, bytes, with);
}

TEST(DecodeAiffAuCaf, ReadPlainSamples) {
  const Waveform wave = Ramp(44100, 2, 500);
  for (const int kind : kKinds) {
    for (const int samples : kPlain) {
      for (const int endian : {SF_ENDIAN_LITTLE, SF_ENDIAN_BIG}) {
        const std::string file = EncodeWithLibrary(kind | samples | endian, wave);
        if (file.empty()) continue;
        const Waveform read = DecodeAudio(file, "x");
        EXPECT_EQ(read.sample_rate_hz, 44100);
        EXPECT_EQ(read.values, wave.values) << std::hex << (kind | samples | endian);
      }
    }
  }
}

TEST(DecodeAiffAuCaf, ReadCompressedSamples) {
  const Waveform tone = Tone(8000, 6400);
  for (const int format : {SF_FORMAT_AIFF | SF_FORMAT_ALAW, SF_FORMAT_AIFF | SF_FORMAT_ULAW,
                           SF_FORMAT_AIFF | SF_FORMAT_IMA_ADPCM, SF_FORMAT_AIFF | SF_FORMAT_GSM610,
                           SF_FORMAT_AU | SF_FORMAT_ALAW, SF_FORMAT_AU | SF_FORMAT_ULAW,
                           SF_FORMAT_AU | SF_FORMAT_G721_32, SF_FORMAT_CAF | SF_FORMAT_ALAW,
                           SF_FORMAT_CAF | SF_FORMAT_ULAW, SF_FORMAT_CAF | SF_FORMAT_ALAC_16}) {
    const std::string file = EncodeWithLibrary(format, tone);
    ASSERT_NE(file, "") << std::hex << format;
    const double difference = Difference(tone, DecodeAudio(file, "x"));
    EXPECT_GE(difference, 0) << std::hex << format;
    EXPECT_LT(difference, (format & SF_FORMAT_SUBMASK) == SF_FORMAT_GSM610 ? 0.1 : 0.02)
        << std::hex << format;
  }
}

// The library knows it in AIFF-C alone.
TEST(DecodeCaf, ReadsImaAdpcm) {
  const std::string aiff =
      EncodeWithLibrary(SF_FORMAT_AIFF | SF_FORMAT_IMA_ADPCM, Tone(8000, 6400));
  const size_t at = aiff.find("SSND");
  const std::string data = aiff.substr(at + 16);
  const std::string description = Bytes(0x40bf400000000000, 8, true) + "ima4" + Bytes(0, 4) +
                                  Bytes(34, 4, true) + Bytes(64, 4, true) + Bytes(1, 4, true) +
                                  Bytes(0, 4);
  const std::string caf = CafHeader(description, "", "", data.size()) + data;
  EXPECT_EQ(DecodeAudio(caf, "x").values, DecodeAudio(aiff, "x").values);
}

TEST(DecodeAiffAuCaf, ReadToTheEndWhereNoSizeWasWritten) {
  const Waveform wave = Ramp(32000, 1, 500);
  for (const int kind : kKinds) {
    for (const char size : {'\0', '\xff'}) {
      std::string file = EncodeWithLibrary(kind | SF_FORMAT_PCM_16, wave);
      ForgetSize(file, kind, size);
      if (kind == SF_FORMAT_AIFF) file.replace(file.find("COMM") + 10, 4, 4, '\0');
      const Waveform read = DecodeAudio(file, "x");
      EXPECT_EQ(read.values, wave.values) << std::hex << kind << " " << static_cast<int>(size);
    }
  }
}

TEST(DecodeAiffAuCaf, NameCodingsThatAreNotRead) {
  const std::string aiff = AiffHeader(AiffCommon("QDM2", 8000, 1, 1), 4) + "1234";
  EXPECT_THAT(ReadingComplaint(aiff), HasSubstr("AIFF-C with coding QDM2"));
  const std::string aac = Bytes(0x40bf400000000000, 8, true) + "aac " + std::string(20, '\0');
  EXPECT_THAT(ReadingComplaint(CafHeader(aac, "", "", 4) + "1234"), HasSubstr("coding aac"));
  EXPECT_THAT(ReadingComplaint(AuHeader(99, 8000, 1, true, 4) + "1234"), HasSubstr("coding 99"));
}

TEST(DecodeAiffAuCaf, RefuseWhatIsMissing) {
  EXPECT_THAT(ReadingComplaint("FORM" + Bytes(4, 4, true) + "AIFF"), HasSubstr("COMM"));
  EXPECT_THAT(ReadingComplaint("caff\0\1\0\0"s), HasSubstr("desc"));
  for (const int kind : kKinds) {
    const std::string whole = EncodeWithLibrary(kind | SF_FORMAT_PCM_16, Ramp(8000, 2, 300));
    for (size_t size = 0; size < whole.size(); size += 1 + size / 30) {
      ReadingComplaint(whole.substr(0, size));  // read as far as it goes, or refused
    }
  }
}

}  // namespace
}  // namespace musicgen::audio
