#include "audio/wav_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "audio/pcm.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class WavWriterTest : public ::testing::Test {
 protected:
  WavWriterTest() {
    std::string name = fs::temp_directory_path() / "wav_writer_test.XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~WavWriterTest() override { fs::remove_all(folder_); }
  std::string Path(const std::string& name) const { return folder_ / name; }

  fs::path folder_;
};

Waveform Sound(int64_t channels, int64_t samples) {
  Waveform wave(32000, channels, samples);
  for (size_t i = 0; i < wave.values.size(); ++i) {
    wave.values[i] = 1.2f * std::sin(0.37f * static_cast<float>(i));  // some beyond full scale
  }
  return wave;
}

std::string Slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Read {
  SF_INFO info = {};
  std::string software, comment;
  std::vector<float> floats;  // interleaved
  std::vector<int> ints;
};

Read ReadBack(const std::string& path) {
  Read read;
  std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.c_str(), SFM_READ, &read.info),
                                                   sf_close);
  if (file == nullptr) throw std::runtime_error(sf_strerror(nullptr));
  const auto text = [&](int field) {
    const char* value = sf_get_string(file.get(), field);
    return std::string(value == nullptr ? "" : value);
  };
  read.software = text(SF_STR_SOFTWARE);
  read.comment = text(SF_STR_COMMENT);
  const size_t values = static_cast<size_t>(read.info.frames * read.info.channels);
  read.floats.resize(values);
  read.ints.resize(values);
  sf_readf_float(file.get(), read.floats.data(), read.info.frames);
  sf_seek(file.get(), 0, SEEK_SET);
  sf_readf_int(file.get(), read.ints.data(), read.info.frames);
  return read;
}

TEST_F(WavWriterTest, EveryEncodingReadsBackAsWeRounded) {
  for (const int64_t channels : {1, 2}) {
    for (const int64_t samples : {0, 1, 4096, 10001}) {
      SCOPED_TRACE(testing::Message() << channels << " channels, " << samples << " samples");
      const Waveform wave = Sound(channels, samples);
      WriteWav(wave, SampleFormat::kPcm16, {}, Path("16.wav"));
      WriteWav(wave, SampleFormat::kPcm24, {}, Path("24.wav"));
      WriteWav(wave, SampleFormat::kFloat32, {}, Path("32.wav"));
      const Read pcm16 = ReadBack(Path("16.wav"));
      const Read pcm24 = ReadBack(Path("24.wav"));
      const Read float32 = ReadBack(Path("32.wav"));
      EXPECT_EQ(pcm16.info.format, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
      EXPECT_EQ(pcm24.info.format, SF_FORMAT_WAV | SF_FORMAT_PCM_24);
      EXPECT_EQ(float32.info.format, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
      for (const Read* read : {&pcm16, &pcm24, &float32}) {
        ASSERT_EQ(read->info.frames, samples);
        ASSERT_EQ(read->info.channels, channels);
        ASSERT_EQ(read->info.samplerate, 32000);
      }
      for (int64_t n = 0; n < samples; ++n) {
        for (int64_t c = 0; c < channels; ++c) {
          const size_t i = static_cast<size_t>(n * channels + c);
          const float x = wave.channel(c)[n];
          ASSERT_EQ(pcm16.ints[i], FloatToInt16(x) * 65536) << i;
          ASSERT_EQ(pcm24.ints[i], FloatToInt24(x) * 256) << i;
          ASSERT_EQ(float32.floats[i], x) << i;
        }
      }
    }
  }
}

TEST_F(WavWriterTest, CarriesTextAndNothingOfTheTime) {
  const Waveform wave = Sound(2, 1000);
  const WavMetadata metadata = {"musicgen 0.1.0", "prompt: 90s rock — seed 7"};
  for (const SampleFormat encoding :
       {SampleFormat::kPcm16, SampleFormat::kPcm24, SampleFormat::kFloat32}) {
    WriteWav(wave, encoding, metadata, Path("a.wav"));
    const Read read = ReadBack(Path("a.wav"));
    EXPECT_THAT(read.software, StartsWith(metadata.software));
    EXPECT_EQ(read.comment, metadata.comment);
    const std::string bytes = Slurp(Path("a.wav"));
    EXPECT_THAT(bytes, Not(HasSubstr("PEAK")));
    EXPECT_THAT(bytes, Not(HasSubstr("ICRD")));
  }
}

TEST_F(WavWriterTest, CutsAnOverlongCommentBetweenCharacters) {
  std::string comment = "x";
  while (comment.size() < 10000) comment += "é";
  WriteWav(Sound(1, 10), SampleFormat::kPcm16, {"", comment}, Path("a.wav"));
  const Read read = ReadBack(Path("a.wav"));
  EXPECT_EQ(read.info.frames, 10);
  EXPECT_EQ(read.comment, comment.substr(0, 1999));
}

TEST_F(WavWriterTest, FileAndMemoryHoldTheSameBytes) {
  const Waveform wave = Sound(2, 5000);
  for (const SampleFormat encoding :
       {SampleFormat::kPcm16, SampleFormat::kPcm24, SampleFormat::kFloat32}) {
    WriteWav(wave, encoding, {"a", "b"}, Path("a.wav"));
    const std::string bytes = EncodeWav(wave, encoding, {"a", "b"});
    EXPECT_EQ(Slurp(Path("a.wav")), bytes);
    uint32_t riff_bytes = 0;
    std::memcpy(&riff_bytes, bytes.data() + 4, 4);
    EXPECT_EQ(riff_bytes + 8, bytes.size());
  }
}

TEST_F(WavWriterTest, AFailedWriteIsOneSentenceAndLeavesNothing) {
  for (const std::string& path : {std::string("/dev/full"), Path("missing/a.wav")}) {
    try {
      WriteWav(Sound(1, 100000), SampleFormat::kPcm16, {}, path);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kFailure);
      EXPECT_THAT(error.what(), HasSubstr(path));
      EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    }
  }
  EXPECT_TRUE(fs::is_empty(folder_));
  WriteWav(Sound(1, 100000), SampleFormat::kPcm16, {}, "/dev/null");
}

TEST_F(WavWriterTest, RefusesWhatTheFormatCannotSay) {
  Waveform wave;  // no channels, no rate
  try {
    EncodeWav(wave, SampleFormat::kPcm16, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_THAT(error.what(), HasSubstr("0 channels"));
  }
}

}  // namespace
}  // namespace musicgen::audio
