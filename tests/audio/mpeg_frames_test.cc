#include "audio/mpeg_frames.h"

#include <gtest/gtest.h>

#include "audio/encode.h"
#include "audio/sound_files.h"

namespace musicgen::audio {
namespace {

std::string Mp3(int64_t rate) {
  return EncodeAudio(Tone(rate, rate), AudioFormat::kMp3, SampleFormat::kPcm16, {});
}

TEST(FindMpegFrames, LooksBehindWhatLiesInFront) {
  for (const int64_t rate : {8000, 16000, 24000, 32000, 44100, 48000}) {
    const std::string mp3 = Mp3(rate);
    for (const std::string& front :
         {std::string(), std::string(100000, '\0'), std::string("\r\n\r\n"),
          "APETAGEX" + Bytes(2000, 4) + Bytes(32, 4) + std::string(16, '\0'),
          std::string("\xff\xfb junk \xff\xff\xe0")}) {
      EXPECT_EQ(FindMpegFrames(front + mp3), front.size()) << rate;
    }
  }
}

TEST(FindMpegFrames, SkipsAFrameCutInHalf) {
  const std::string mp3 = Mp3(32000);
  const std::string frame_start = mp3.substr(0, 2);
  EXPECT_EQ(FindMpegFrames(std::string_view(mp3).substr(100)), mp3.find(frame_start, 4) - 100);
}

TEST(FindMpegFrames, FindsNoneInOtherBytes) {
  std::string noise;
  uint32_t state = 1;
  for (int i = 0; i < 1 << 20; ++i) {
    state = state * 1664525 + 1013904223;
    noise += static_cast<char>(state >> 24);
  }
  EXPECT_EQ(FindMpegFrames(noise), std::nullopt);
  EXPECT_EQ(FindMpegFrames(std::string(1 << 20, '\xff')), std::nullopt);
  EXPECT_EQ(FindMpegFrames(""), std::nullopt);
  EXPECT_EQ(FindMpegFrames("\xff"), std::nullopt);
}

// Each is read as the file without what lies in front.
TEST(FindMpegFrames, ServesTheReader) {
  const std::string mp3 = Mp3(32000);
  const Waveform whole = DecodeAudio(mp3, "x");
  EXPECT_EQ(DecodeAudio(std::string(5000, '\0') + mp3, "x").values, whole.values);
  const std::string tag = "ID3" + Bytes(4, 3) + Bytes(0x0a000000, 4) + std::string(10, 'x');
  EXPECT_EQ(DecodeAudio(tag + tag + std::string(700, '\0') + mp3, "x").values, whole.values);
}

}  // namespace
}  // namespace musicgen::audio
