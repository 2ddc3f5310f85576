#include "codec/decoder_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "codec/tiny_codec.h"

namespace musicgen::codec {
namespace {

Codes RandomCodes(int64_t frames, uint32_t seed) {
  std::mt19937 random(seed);
  Codes codes(4, frames);
  for (int32_t& code : codes.values) code = static_cast<int32_t>(random() % 2048);
  return codes;
}

std::vector<float> OneShot(const Codec& codec, const Codes& codes) {
  ThreadPool pool(1);
  DecoderStream stream(codec);
  std::vector<float> samples;
  stream.Push(pool, codes, true, &samples);
  EXPECT_EQ(static_cast<int64_t>(samples.size()), codes.frames * codec.config.hop_samples());
  return samples;
}

// The codec of the fixtures under another configuration whose tensors are the same.
Codec Variant(nn::PadMode pad_mode, bool causal, double trim_right_ratio) {
  CodecConfig config = TinyConfig();
  config.pad_mode = pad_mode;
  config.causal = causal;
  config.trim_right_ratio = trim_right_ratio;
  return Codec(config, TinySource(), TinyPrefix());
}

TEST(DecoderStreamTest, EqualChunksGiveTheBitsOfOneShot) {
  ThreadPool pool(1);
  DecoderStream stream(TinyCodec());
  for (const int64_t frames : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 25}) {
    const Codes codes = RandomCodes(frames, static_cast<uint32_t>(frames));
    const std::vector<float> expected = OneShot(TinyCodec(), codes);
    for (const int64_t chunk : {1, 2, 3, 5, 8, 13}) {
      stream.Reset();
      std::vector<float> samples;
      for (int64_t t = 0; t < frames; t += chunk) {
        const int64_t end = std::min(frames, t + chunk);
        stream.Push(pool, codes, {t, end}, end == frames, &samples);
      }
      EXPECT_TRUE(samples == expected) << frames << " frames by " << chunk;
    }
  }
}

TEST(DecoderStreamTest, AnyChunksThreadsAndPaddingGiveTheBitsOfOneShot) {
  std::mt19937 random(1);
  const Codec variants[] = {
      Variant(nn::PadMode::kReflect, false, 1), Variant(nn::PadMode::kZero, false, 1),
      Variant(nn::PadMode::kReflect, true, 1), Variant(nn::PadMode::kZero, true, 0.5)};
  for (const Codec& codec : variants) {
    for (const int threads : {1, 2, 3}) {
      ThreadPool pool(threads);
      for (const int64_t frames : {1, 3, 11, 25}) {
        const Codes codes = RandomCodes(frames, 100);
        std::vector<float> samples;
        DecoderStream stream(codec);
        for (int64_t t = 0; t < frames;) {
          const int64_t end = std::min<int64_t>(frames, t + random() % 9);
          stream.Push(pool, codes, {t, end}, false, &samples);
          t = end;
        }
        stream.Push(pool, codes, {frames, frames}, true, &samples);
        EXPECT_TRUE(samples == OneShot(codec, codes)) << threads << " threads, " << frames;
      }
    }
  }
}

// What later frames cannot change is given at once, and only that: 640·F − 2402 samples once F ≥ 4
// frames are known (three frames ahead in the first convolution, then the padding of the others).
TEST(DecoderStreamTest, GivesExactlyWhatIsFinal) {
  ThreadPool pool(1);
  const Codes codes = RandomCodes(16, 5);
  for (const int64_t frames : {1, 2, 3, 4, 5, 9}) {
    DecoderStream stream(TinyCodec());
    std::vector<float> samples;
    stream.Push(pool, codes, {0, frames}, false, &samples);
    EXPECT_EQ(static_cast<int64_t>(samples.size()), std::max<int64_t>(0, 640 * frames - 2402));

    Codes shorter(4, frames), longer(4, frames + 4);
    for (int64_t k = 0; k < 4; ++k) {
      for (int64_t t = 0; t < frames + 4; ++t) {
        longer.at(k, t) = codes.at(k, t);
        if (t < frames) shorter.at(k, t) = codes.at(k, t);
      }
    }
    const std::vector<float> a = OneShot(TinyCodec(), shorter), b = OneShot(TinyCodec(), longer);
    const auto differs = std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin();
    EXPECT_GE(differs, static_cast<int64_t>(samples.size()));
    // Not above: the first sample held back does change.
    if (frames >= 4) {
      EXPECT_LE(differs, static_cast<int64_t>(samples.size()) + 4);
    }
  }
}

TEST(DecoderStreamTest, BadCodesLeaveTheStreamAsItWas) {
  ThreadPool pool(1);
  const Codes codes = RandomCodes(6, 7);
  Codes bad = codes;
  bad.at(3, 5) = 2048;  // the special token
  DecoderStream stream(TinyCodec());
  std::vector<float> samples;
  stream.Push(pool, codes, {0, 2}, false, &samples);
  EXPECT_THROW(stream.Push(pool, bad, {2, 6}, true, &samples), Error);
  stream.Push(pool, codes, {2, 6}, true, &samples);
  EXPECT_TRUE(samples == OneShot(TinyCodec(), codes));
}

TEST(DecoderStreamTest, PaddingModesDiffer) {
  const Codes codes = RandomCodes(9, 8);
  const std::vector<float> reflect = OneShot(TinyCodec(), codes);
  EXPECT_FALSE(reflect == OneShot(Variant(nn::PadMode::kZero, false, 1), codes));
  EXPECT_FALSE(reflect == OneShot(Variant(nn::PadMode::kReflect, true, 1), codes));
}

}  // namespace
}  // namespace musicgen::codec
