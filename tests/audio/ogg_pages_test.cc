#include "audio/ogg_pages.h"

#include <gtest/gtest.h>

#include "audio/encode.h"
#include "audio/read.h"

namespace musicgen::audio {
namespace {

// The decoder refuses pages of a wrong checksum, so that reading back proves it.
TEST(SetOggSerial, LeavesAReadableFile) {
  Waveform wave(48000, 2, 20000);
  for (size_t i = 0; i < wave.values.size(); ++i) wave.values[i] = static_cast<float>(i % 50) / 100;
  for (const AudioFormat format : {AudioFormat::kOgg, AudioFormat::kOpus}) {
    const std::string before = EncodeAudio(wave, format, SampleFormat::kPcm16, {});
    std::string after = before;
    SetOggSerial(after, 0x01020304);
    EXPECT_NE(after, before);
    EXPECT_EQ(after.substr(14, 4), "\x04\x03\x02\x01");
    EXPECT_EQ(DecodeAudio(after, "x").values, DecodeAudio(before, "x").values);
    std::string again = after;
    SetOggSerial(again, 0x01020304);
    EXPECT_EQ(again, after);
  }
}

}  // namespace
}  // namespace musicgen::audio
