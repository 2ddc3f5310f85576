#include "generate/audio_decoder.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/error.h"
#include "checkpoint/config.h"
#include "checkpoint/safetensors.h"
#include "codec/decode.h"
#include "golden.h"

namespace musicgen::generate {
namespace {

const codec::Codec& TinyCodec() {
  static const codec::Codec codec = [] {
    const std::string directory = std::string(MUSICGEN_FIXTURES) + "/hf-tiny-mono";
    const auto source = checkpoint::OpenSafetensorsDirectory(directory);
    return codec::Codec(
        codec::ReadCodecConfig(
            checkpoint::Config::ReadFile(directory + "/config.json").Object("audio_encoder")),
        *source, "audio_encoder.");
  }();
  return codec;
}

Codes SomeCodes(int64_t books, int64_t frames, uint32_t seed) {
  Codes codes(books, frames);
  for (int32_t& code : codes.values) {
    seed = seed * 1664525u + 1013904223u;
    code = static_cast<int32_t>((seed >> 16) % 2048);
  }
  return codes;
}

Codes Part(const Codes& codes, int64_t begin, int64_t end) {
  Codes part(codes.codebooks, end - begin);
  for (int64_t k = 0; k < codes.codebooks; ++k) {
    for (int64_t t = begin; t < end; ++t) part.at(k, t - begin) = codes.at(k, t);
  }
  return part;
}

// With a team of its own thread's place (true) or on its own thread (false).
class AudioDecoderTest : public testing::TestWithParam<bool> {
 protected:
  ThreadPool* team() { return GetParam() ? &pool_ : nullptr; }
  ThreadPool pool_{2};
};

TEST_P(AudioDecoderTest, GivesEachJobItsSoundInOrder) {
  const Codes codes[] = {SomeCodes(8, 150, 1), SomeCodes(8, 41, 2)};
  std::vector<std::vector<float>> left(2), right(2);
  AudioDecoder decoder(TinyCodec(), 2, 2, team(), [&](size_t job, const Waveform& chunk) {
    EXPECT_GT(chunk.samples, 0);
    left[job].insert(left[job].end(), chunk.channel(0), chunk.channel(0) + chunk.samples);
    right[job].insert(right[job].end(), chunk.channel(1), chunk.channel(1) + chunk.samples);
    return true;
  });
  // A prompt longer than a piece, then odd chunks of both in turns.
  EXPECT_TRUE(decoder.Push(0, Part(codes[0], 0, 101), false));
  for (int64_t t = 0, u = 101; t < 41 || u < 150;) {
    if (const int64_t end = std::min<int64_t>(41, t + 3); t < end) {
      EXPECT_TRUE(decoder.Push(1, Part(codes[1], t, end), end == 41));
      t = end;
    }
    if (const int64_t end = std::min<int64_t>(150, u + 1); u < end) {
      EXPECT_TRUE(decoder.Push(0, Part(codes[0], u, end), end == 150));
      u = end;
    }
    EXPECT_TRUE(decoder.Deliver());
  }
  EXPECT_TRUE(decoder.Finish());
  for (size_t job = 0; job < 2; ++job) {
    const Waveform whole = codec::Decode(pool_, TinyCodec(), codes[job], 2);
    EXPECT_EQ(left[job], std::vector<float>(whole.channel(0), whole.channel(0) + whole.samples));
    EXPECT_EQ(right[job], std::vector<float>(whole.channel(1), whole.channel(1) + whole.samples));
  }
}

TEST_P(AudioDecoderTest, StopsWithTheCallback) {
  int calls = 0;
  AudioDecoder decoder(TinyCodec(), 1, 1, team(),
                       [&](size_t, const Waveform&) { return ++calls < 3; });
  bool going = true;
  for (int64_t i = 0; i < 20 && going; ++i) {
    going = decoder.Push(0, SomeCodes(4, 16, static_cast<uint32_t>(i)), false);
  }
  EXPECT_FALSE(going && decoder.Finish());
  EXPECT_EQ(calls, 3);
  EXPECT_FALSE(decoder.Push(0, SomeCodes(4, 16, 0), true));
  EXPECT_FALSE(decoder.Deliver());
  EXPECT_FALSE(decoder.Finish());
  EXPECT_EQ(calls, 3);
}

TEST_P(AudioDecoderTest, PassesOnWhatTheCallbackThrows) {
  AudioDecoder decoder(TinyCodec(), 1, 1, team(),
                       [](size_t, const Waveform&) -> bool { throw std::runtime_error("full"); });
  EXPECT_THROW(
      {
        decoder.Push(0, SomeCodes(4, 40, 1), true);
        decoder.Finish();
      },
      std::runtime_error);
}

TEST_P(AudioDecoderTest, PassesOnErrorsOfDecoding) {
  int64_t samples = 0;
  AudioDecoder decoder(TinyCodec(), 1, 1, team(), [&](size_t, const Waveform& chunk) {
    samples += chunk.samples;
    return true;
  });
  Codes bad = SomeCodes(4, 20, 1);
  bad.at(2, 7) = 2048;
  EXPECT_TRUE(decoder.Push(0, SomeCodes(4, 20, 1), false));
  try {
    for (int i = 0; i < 200; ++i) decoder.Push(0, bad, false);  // more than the queue takes
    decoder.Finish();
    ADD_FAILURE() << "nothing thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  }
  EXPECT_GT(samples, 0);  // of the good frames
}

TEST_P(AudioDecoderTest, MayBeLeftAtAnyPoint) {
  for (int pushes = 0; pushes < 12; ++pushes) {
    AudioDecoder decoder(TinyCodec(), 1, 1, team(), [](size_t, const Waveform&) { return true; });
    for (int i = 0; i < pushes; ++i)
      decoder.Push(0, SomeCodes(4, 8, static_cast<uint32_t>(i)), false);
  }
}

INSTANTIATE_TEST_SUITE_P(Placement, AudioDecoderTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "InTurns" : "OwnThread"; });

}  // namespace
}  // namespace musicgen::generate
