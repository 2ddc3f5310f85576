#include "audio/stream_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "audio/encode.h"
#include "audio/read.h"
#include "audio/sound_files.h"

namespace musicgen::audio {
namespace {

const WavMetadata kMetadata = {"musicgen", "a comment"};

Waveform Part(const Waveform& wave, int64_t begin, int64_t samples) {
  Waveform part(wave.sample_rate_hz, wave.channels, samples);
  for (int64_t c = 0; c < wave.channels; ++c) {
    std::copy_n(wave.channel(c) + begin, samples, part.channel(c));
  }
  return part;
}

// In pieces of different sizes.
std::string Streamed(const Waveform& wave, const Encoding& encoding, int64_t samples) {
  StreamEncoder encoder(encoding, {wave.sample_rate_hz, wave.channels, samples});
  std::string bytes;
  for (int64_t at = 0, step = 1; at < wave.samples; step = step * 5 % 7919) {
    const int64_t count = std::min(step, wave.samples - at);
    bytes += encoder.Write(Part(wave, at, count));
    at += count;
  }
  return bytes + encoder.Finish();
}

class StreamEncoderTest : public testing::TestWithParam<AudioFormat> {};

TEST_P(StreamEncoderTest, IsTheFileButForWhatItsBeginningSaysOfItsEnd) {
  const AudioFormat format = GetParam();
  const int64_t rate = format == AudioFormat::kOpus ? 48000 : 32000;
  const Waveform wave = Ramp(rate, 2, 100000);
  const Encoding encoding = {format, SampleFormat::kPcm16, kMetadata};
  const std::string whole = EncodeAudio(wave, encoding);
  for (const int64_t samples : {int64_t{-1}, wave.samples}) {
    const std::string streamed = Streamed(wave, encoding, samples);
    const Waveform back = DecodeAudio(streamed, "streamed");
    const Waveform expected = DecodeAudio(whole, "whole");
    if (format == AudioFormat::kMp3) {  // whose table says how much of the ends is the encoder's
      EXPECT_GE(back.samples, expected.samples);
      EXPECT_LE(back.samples, expected.samples + 4 * 1152);
      EXPECT_EQ(streamed.size(), whole.size());
    } else {
      EXPECT_EQ(back.values, expected.values);
    }
    if (format == AudioFormat::kOgg || format == AudioFormat::kOpus) {
      EXPECT_EQ(streamed, whole);
    }
    if (format != AudioFormat::kWav) {
      EXPECT_THAT(streamed, testing::HasSubstr("a comment"));
    }
  }
}

TEST_P(StreamEncoderTest, NothingIsASoundToo) {
  const Encoding encoding = {GetParam(), SampleFormat::kPcm16, kMetadata};
  StreamEncoder encoder(encoding, {48000, 1, -1});
  encoder.Write(Waveform(48000, 1, 0));
  encoder.Finish();
  EXPECT_THROW(encoder.Finish(), Error);
  EXPECT_THROW(encoder.Write(Waveform(48000, 1, 5)), Error);
}

INSTANTIATE_TEST_SUITE_P(Formats, StreamEncoderTest,
                         testing::Values(AudioFormat::kWav, AudioFormat::kFlac, AudioFormat::kOgg,
                                         AudioFormat::kOpus, AudioFormat::kMp3),
                         [](const auto& param_info) {
                           return std::string(FormatName(param_info.param));
                         });

TEST(StreamEncoder, KeepsItsWordAboutTheLength) {
  StreamEncoder encoder({}, {8000, 1, 10});
  EXPECT_THROW(encoder.Write(Waveform(8000, 1, 11)), Error);
  EXPECT_EQ(encoder.Write(Waveform(8000, 1, 9)).size(), 44u + 18);
  EXPECT_THROW(encoder.Finish(), Error);
  EXPECT_THROW(encoder.Write(Waveform(8000, 1, 2)), Error);
  EXPECT_EQ(encoder.Write(Waveform(8000, 1, 1)).size(), 2u);
  EXPECT_EQ(encoder.Finish(), "");
}

TEST(StreamEncoder, RefusesWhatTheFormatDoesNotHold) {
  try {
    StreamEncoder encoder({AudioFormat::kOpus}, {32000, 1, -1});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
    EXPECT_THAT(error.what(), testing::HasSubstr("48000"));
  }
  EXPECT_THROW(StreamEncoder({AudioFormat::kFlac, SampleFormat::kFloat32}, {32000, 1, -1}), Error);
  EXPECT_THROW(StreamEncoder({AudioFormat::kMp3}, {32000, 3, -1}), Error);
  StreamEncoder encoder({AudioFormat::kFlac}, {32000, 1, -1});
  EXPECT_THROW(encoder.Write(Waveform(32000, 2, 5)), Error);
  Waveform broken(32000, 1, 5);
  broken.values[3] = std::numeric_limits<float>::infinity();
  EXPECT_THROW(encoder.Write(broken), Error);
}

TEST(SoundInfo, IsThatOfTheWholeSound) {
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kFlac, AudioFormat::kOgg,
                                   AudioFormat::kOpus, AudioFormat::kMp3}) {
    const std::string file = EncodeAudio(Ramp(32000, 2, 54321), {format});
    const Waveform wave = DecodeAudio(file, "x");
    const SoundInfo info = DecodeSoundInfo(file, "x");
    EXPECT_EQ(info.sample_rate_hz, wave.sample_rate_hz) << FormatName(format);
    EXPECT_EQ(info.channels, wave.channels);
    EXPECT_EQ(info.samples, wave.samples);
  }
  ReadLimits limits;
  limits.duration_s = 1;  // counts for what is kept
  EXPECT_EQ(
      DecodeSoundInfo(EncodeWav(Ramp(100, 1, 1000), SampleFormat::kPcm16, {}), "x", limits).samples,
      1000);
  EXPECT_THROW(DecodeSoundInfo("no sound", "x"), Error);
  EXPECT_THROW(DecodeSoundInfo(EncodeWav(Ramp(100, 1, 0), SampleFormat::kPcm16, {}), "x"), Error);
}

}  // namespace
}  // namespace musicgen::audio
