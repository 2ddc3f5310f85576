#include "session/sound_maker.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "checkpoint/config.h"
#include "checkpoint/safetensors.h"
#include "codec/decode.h"
#include "fixtures_directory.h"
#include "golden.h"

namespace musicgen::session {
namespace {

const codec::Codec& TinyCodec() {
  static const codec::Codec codec = [] {
    const std::string directory = std::string(kFixturesDirectory) + "/hf-tiny-mono";
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

// In turns on a team of its own thread's place (true) or on its own thread (false).
class SoundMakerTest : public testing::TestWithParam<bool> {
 protected:
  ThreadPool* team() { return GetParam() ? &pool_ : nullptr; }
  ThreadPool pool_{2};
};

TEST_P(SoundMakerTest, GivesEachRequestItsSoundInOrder) {
  const Codes codes[] = {SomeCodes(8, 150, 1), SomeCodes(8, 41, 2)};
  std::map<SoundMaker::Id, std::vector<float>> left, right;
  std::map<SoundMaker::Id, bool> complete;
  SoundMaker maker(TinyCodec(), 2, team());
  maker.Open(10, /*live=*/true);
  maker.Open(11, /*live=*/false);
  const auto take = [&](std::vector<SoundMaker::Made> all) {
    for (const SoundMaker::Made& made : all) {
      ASSERT_FALSE(made.error);
      ASSERT_FALSE(complete[made.id]);
      EXPECT_GT(made.sound.samples, 0);
      left[made.id].insert(left[made.id].end(), made.sound.channel(0),
                           made.sound.channel(0) + made.sound.samples);
      right[made.id].insert(right[made.id].end(), made.sound.channel(1),
                            made.sound.channel(1) + made.sound.samples);
      complete[made.id] = made.last;
    }
  };
  // A prompt longer than a piece, then odd chunks of both in turns.
  maker.Push(10, codes[0].Columns(0, 101), false);
  for (int64_t t = 0, u = 101; t < 41 || u < 150;) {
    if (const int64_t end = std::min<int64_t>(41, t + 3); t < end) {
      maker.Push(11, codes[1].Columns(t, end), end == 41);
      t = end;
    }
    if (const int64_t end = std::min<int64_t>(150, u + 1); u < end) {
      maker.Push(10, codes[0].Columns(u, end), end == 150);
      u = end;
    }
    if (maker.in_turns()) maker.MakeForATurn();
    take(maker.Take());
  }
  while (maker.busy()) take(maker.WaitAndTake());
  for (size_t i = 0; i < 2; ++i) {
    const Waveform whole = codec::Decode(pool_, TinyCodec(), codes[i], 2);
    EXPECT_EQ(left[10 + i], std::vector<float>(whole.channel(0), whole.channel(0) + whole.samples));
    EXPECT_EQ(right[10 + i],
              std::vector<float>(whole.channel(1), whole.channel(1) + whole.samples));
    EXPECT_TRUE(complete[10 + i]);
  }
}

TEST_P(SoundMakerTest, BesideOthersPiecesAreShorterAndNothingIsHeldBack) {
  const Codes codes = SomeCodes(4, 60, 3);
  SoundMaker maker(TinyCodec(), 1, team());
  maker.Open(1, /*live=*/true);
  maker.Open(2, /*live=*/false);
  std::vector<float> sound;
  int64_t frames = 0;
  const auto comes = [&] {
    const size_t before = sound.size();
    while (maker.busy()) {
      for (const SoundMaker::Made& made : maker.WaitAndTake()) {
        const float* samples = made.sound.channel(0);
        sound.insert(sound.end(), samples, samples + made.sound.samples);
      }
    }
    return sound.size() > before;
  };
  const auto more = [&](int64_t count) {
    maker.Push(1, codes.Columns(frames, frames + count), frames + count == codes.frames);
    frames += count;
    return comes();
  };
  EXPECT_TRUE(more(20));  // the first piece
  EXPECT_FALSE(more(5));
  EXPECT_TRUE(maker.SetShared(true));
  EXPECT_TRUE(comes());
  EXPECT_FALSE(maker.SetShared(true));
  EXPECT_FALSE(more(3));
  EXPECT_TRUE(more(1));
  EXPECT_FALSE(maker.SetShared(false));
  EXPECT_FALSE(more(7));
  EXPECT_TRUE(more(1));
  EXPECT_TRUE(more(23));
  const Waveform whole = codec::Decode(pool_, TinyCodec(), codes, 1);
  EXPECT_EQ(sound, std::vector<float>(whole.channel(0), whole.channel(0) + whole.samples));
}

TEST_P(SoundMakerTest, WhatIsClosedGivesNothingMore) {
  SoundMaker maker(TinyCodec(), 1, team());
  maker.Open(1, true);
  maker.Open(2, true);
  maker.Push(1, SomeCodes(4, 200, 1), false);
  maker.Push(2, SomeCodes(4, 64, 2), true);
  maker.Close(1);
  bool last = false;
  while (maker.busy()) {
    for (const SoundMaker::Made& made : maker.WaitAndTake()) {
      EXPECT_EQ(made.id, 2U);
      last = made.last;
    }
  }
  EXPECT_TRUE(last);
}

TEST_P(SoundMakerTest, ErrorsAreThoseOfOneRequest) {
  SoundMaker maker(TinyCodec(), 1, team());
  Codes bad = SomeCodes(4, 40, 1);
  bad.at(2, 7) = 2048;
  maker.Open(1, true);
  maker.Open(2, true);
  maker.Push(1, bad, true);
  maker.Push(2, SomeCodes(4, 40, 2), true);
  int failed = 0, complete = 0;
  while (maker.busy()) {
    for (const SoundMaker::Made& made : maker.WaitAndTake()) {
      if (made.id == 1 && made.error) {
        EXPECT_EQ(made.error->code(), ErrorCode::kBadInput);
        ++failed;
        maker.Close(1);
      }
      complete += made.id == 2 && made.last && !made.error;
    }
  }
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(complete, 1);
}

TEST_P(SoundMakerTest, MayBeLeftAtAnyPoint) {
  for (int pushes = 0; pushes < 12; ++pushes) {
    SoundMaker maker(TinyCodec(), 1, team());
    maker.Open(1, true);
    for (int i = 0; i < pushes; ++i)
      maker.Push(1, SomeCodes(4, 8, static_cast<uint32_t>(i)), false);
  }
}

INSTANTIATE_TEST_SUITE_P(Placement, SoundMakerTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "InTurns" : "OwnThread"; });

}  // namespace
}  // namespace musicgen::session
