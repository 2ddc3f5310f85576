#include "train/data/token_cache.h"

#include <gmock/gmock.h>

#include "audio/convert.h"
#include "audio/read.h"
#include "fixtures_directory.h"
#include "in_folder.h"
#include "model/codec_files.h"
#include "train/data/encode_tracks.h"
#include "train/data/fingerprint.h"

namespace musicgen::train {
namespace {

using ::testing::HasSubstr;
using Cache = InFolder;

model::CodecPart TinyCodec() {
  return model::OpenCodec(std::string(kFixturesDirectory) + "/encodec_32khz");
}

CacheIdentity Identity(const model::CodecPart& codec, int64_t channels) {
  return {Fingerprint(codec.config, *codec.tensors.source, codec.tensors.prefix),
          codec.config.sample_rate_hz,
          codec.config.hop_samples(),
          codec.config.num_quantizers * channels,
          codec.config.codebook_size,
          channels};
}

TEST_F(Cache, HoldsTheCodesOfTheEngine) {
  const model::CodecPart codec = TinyCodec();
  const codec::Encoder encoder(codec.config, *codec.tensors.source, codec.tensors.prefix);
  ThreadPool pool(1);
  WriteSound("song.wav", 1.5, 44100, 2);
  const TokenCache cache(At("cache"), Identity(codec, 2));
  int calls = 0;
  for (const bool cached : {false, true}) {
    const auto done =
        EncodeTracks(pool, encoder, {At("song.wav")}, cache,
                     {.progress = [&](size_t, bool was) { calls += was == cached; }, .stop = {}});
    ASSERT_EQ(done.size(), 1u);
    EXPECT_EQ(done[0].problem, "");
    EXPECT_EQ(done[0].codes.frames, 75);
    EXPECT_EQ(done[0].codes.columns, 125);  // a second of silence behind
    const Waveform wave = audio::ConvertAudio(audio::ReadAudio(At("song.wav")), 32000, 2);
    const Codes alone = codec::Encode(pool, encoder, wave, codec.config.num_quantizers);
    const Codes kept = ReadCached(done[0].codes, 0, 75, codec.config.codebook_size);
    ASSERT_EQ(kept.codebooks, alone.codebooks);
    // Near the end the encoder looks at what follows.
    for (int64_t k = 0; k < kept.codebooks; ++k) {
      for (int64_t t = 0; t < 70; ++t) ASSERT_EQ(kept.at(k, t), alone.at(k, t)) << k << " " << t;
    }
  }
  EXPECT_EQ(calls, 2);
}

TEST_F(Cache, ReadsColumnsAndGoesOnBehindTheEnd) {
  Write("song.wav", "stands for a sound");
  const TokenCache cache(At("cache"), {"0", 32000, 640, 2, 16, 1});
  Codes codes(2, 5);
  for (int64_t k = 0; k < 2; ++k) {
    for (int64_t t = 0; t < 5; ++t) codes.at(k, t) = static_cast<int32_t>(8 * k + t);
  }
  const CachedTrack track = cache.Add(At("song.wav"), codes, 4);
  EXPECT_EQ(ReadCached(track, 1, 3, 16).values, (std::vector<int32_t>{1, 2, 3, 9, 10, 11}));
  EXPECT_EQ(ReadCached(track, 4, 3, 16).values, (std::vector<int32_t>{4, 4, 4, 12, 12, 12}));
  EXPECT_EQ(ReadCached(track, 9, 2, 16).values, (std::vector<int32_t>{4, 4, 12, 12}));
  EXPECT_THAT(Complaint([&] { ReadCached(track, 0, 5, 12); }), HasSubstr("codes below 12"));
}

TEST_F(Cache, NoticesAnotherFileAndDamage) {
  Write("song.wav", "one");
  const TokenCache cache(At("cache"), {"0", 32000, 640, 1, 16, 1});
  const CachedTrack track = cache.Add(At("song.wav"), Codes(1, 3), 3);
  EXPECT_TRUE(cache.Find(At("song.wav")));
  EXPECT_FALSE(cache.Find(At("other.wav")));
  Write("song.wav", "another");
  EXPECT_FALSE(cache.Find(At("song.wav")));
  cache.Add(At("song.wav"), Codes(1, 3), 3);
  std::filesystem::resize_file(track.codes_path, 5);
  EXPECT_THAT(Complaint([&] { cache.Find(At("song.wav")); }),
              HasSubstr("expected 6 bytes, found 5"));
}

TEST_F(Cache, IsOfOneCodec) {
  const model::CodecPart codec = TinyCodec();
  const CacheIdentity identity = Identity(codec, 1);
  EXPECT_EQ(identity.codec.size(), 16u);
  EXPECT_EQ(identity, Identity(TinyCodec(), 1));
  TokenCache(At("cache"), identity);
  TokenCache(At("cache"), identity);
  CacheIdentity other = identity;
  other.codec = "0123456789abcdef";
  EXPECT_THAT(Complaint([&] { TokenCache(At("cache"), other); }),
              HasSubstr("expected codes of codec 0123456789abcdef"));
  EXPECT_THAT(Complaint([&] { TokenCache(At("cache"), Identity(codec, 2)); }),
              HasSubstr("expected codes of 2 channels, found 1"));
}

TEST_F(Cache, LeavesOutWhatIsNoSound) {
  const model::CodecPart codec = TinyCodec();
  const codec::Encoder encoder(codec.config, *codec.tensors.source, codec.tensors.prefix);
  ThreadPool pool(1);
  Write("bad.wav", "no sound");
  WriteSound("good.wav", 0.2);
  const TokenCache cache(At("cache"), Identity(codec, 1));
  const auto done = EncodeTracks(pool, encoder, {At("bad.wav"), At("good.wav")}, cache, {});
  ASSERT_EQ(done.size(), 2u);
  EXPECT_THAT(done[0].problem, HasSubstr("bad.wav"));
  EXPECT_EQ(done[1].codes.frames, 10);
  EXPECT_TRUE(
      EncodeTracks(pool, encoder, {At("good.wav")}, cache, {{}, [] { return true; }}).empty());
}

}  // namespace
}  // namespace musicgen::train
