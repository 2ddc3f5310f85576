#include "train/tracks/track_batches.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>

#include "checkpoint/side_files.h"
#include "fixtures_directory.h"
#include "train/data/token_cache.h"

namespace musicgen::train {
namespace {

class OfTwoTracks : public ::testing::Test {
 protected:
  OfTwoTracks()
      : folder_(std::filesystem::path(::testing::TempDir()) /
                (std::string("train_tracks_") +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name())),
        tokenizer_(text::Tokenizer::Load(
            *checkpoint::FilesOfDirectory(std::string(kFixturesDirectory) + "/tokenizer"))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    lm_.codebooks = 2;
    lm_.codebook_size = 1000;
    lm_.pattern.delays = {0, 1};
    const TokenCache cache((folder_ / "cache").string(), {"0", 32000, 640, 2, 1000, 1});
    for (const auto& [name, frames] : {std::pair{"a.wav", 30}, {"b.wav", 200}}) {
      const std::string path = (folder_ / name).string();
      std::ofstream(path) << name;
      Codes codes(2, frames + 10);  // a tail of ten columns
      for (int64_t k = 0; k < 2; ++k) {
        for (int64_t t = 0; t < codes.frames; ++t)
          codes.at(k, t) = static_cast<int32_t>(500 * k + t);
      }
      set_.codes.push_back(cache.Add(path, codes, frames));
      Track track;
      track.sound.path = path;
      track.sound.duration_s = frames / 50.0;
      track.text.description = "happy rock";
      set_.tracks.push_back(track);
    }
    settings_.segments = {.segment_s = 1.0,
                          .num_samples = 8,
                          .sample_on_weight = false,
                          .sample_on_duration = false,
                          .permutation_on_files = true};
    settings_.batch_size = 4;
    settings_.dropout.p = 0;
  }
  ~OfTwoTracks() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  text::Tokenizer tokenizer_;
  lm::LmConfig lm_;
  TrackSet set_;
  TrackBatchSettings settings_;
};

TEST_F(OfTwoTracks, SilenceIsLearntWithoutTheSpecialToken) {
  const TrackBatches batches(set_, tokenizer_, lm_, settings_);
  const Batch batch = batches.Of(0);
  EXPECT_EQ(batch.positions(), 4 * 50);
  EXPECT_EQ(batch.targets[0].ge(0).sum().item<int64_t>(), 4 * 50);
  EXPECT_EQ(batch.targets[1].ge(0).sum().item<int64_t>(), 4 * 49);
  EXPECT_NEAR(batch.weights.sum().item<double>(), 1.0, 1e-6);
  // The track of 30 frames, twice: its tail, whose last column goes on to the end.
  EXPECT_GE((batch.targets[0] == 39).sum().item<int64_t>(), 2 * 11);
}

TEST_F(OfTwoTracks, NothingIsLearntOfPadding) {
  settings_.padding_with_special_token = true;
  settings_.segments.min_segment_ratio = 1.0;
  const TrackBatches batches(set_, tokenizer_, lm_, settings_);
  const Batch batch = batches.Of(0);  // a permutation: each track twice
  EXPECT_EQ(batch.positions(), 2 * 50 + 2 * 31);
  EXPECT_EQ(batch.targets[0].ge(0).sum().item<int64_t>(), 2 * 50 + 2 * 30);
  EXPECT_EQ(batch.targets[1].ge(0).sum().item<int64_t>(), 2 * 49 + 2 * 30);
  EXPECT_NEAR(batch.weights.sum().item<double>(), 1.0, 1e-6);
  EXPECT_EQ((batch.inputs == 1000).sum().item<int64_t>(), 4 * (1 + 2));  // before the first codes
}

TEST_F(OfTwoTracks, PassesShareAnUpdate) {
  settings_.padding_with_special_token = true;
  const TrackBatches whole(set_, tokenizer_, lm_, settings_);
  settings_.accumulation = 2;
  const TrackBatches parts(set_, tokenizer_, lm_, settings_);
  for (int64_t update = 0; update < 3; ++update) {
    const Batch all = whole.Of(update), first = parts.Of(2 * update),
                second = parts.Of(2 * update + 1);
    EXPECT_EQ(first.positions() + second.positions(), all.positions());
    for (int64_t k = 0; k < 2; ++k) {
      EXPECT_NEAR((first.weights[k].sum() + second.weights[k].sum()).item<double>(), 0.5, 1e-6);
    }
  }
}

TEST_F(OfTwoTracks, UpdatesDifferAndComeBackTheSame) {
  const TrackBatches batches(set_, tokenizer_, lm_, settings_);
  EXPECT_TRUE(at::equal(batches.Of(5).inputs, batches.Of(5).inputs));
  EXPECT_FALSE(at::equal(batches.Of(5).inputs, batches.Of(6).inputs));
  const TrainingItem plain = batches.Plain(1);
  EXPECT_EQ(plain.text, tokenizer_.Encode("happy rock"));
  EXPECT_EQ(plain.codes.frames, 50);
}

TEST_F(OfTwoTracks, ADroppedConditionHasNoTokens) {
  settings_.dropout.p = 1;
  const TrackBatches batches(set_, tokenizer_, lm_, settings_);
  EXPECT_EQ(batches.Of(0).tokens.size(0), 0);
}

TEST(SplitByName, KeepsTracksWhereTheyAre) {
  const auto set = [](int count) {
    TrackSet tracks;
    for (int i = 0; i < count; ++i) {
      Track track;
      track.sound.path = "/music/song" + std::to_string(i) + ".wav";
      tracks.tracks.push_back(track);
      tracks.codes.push_back({});
    }
    return tracks;
  };
  EXPECT_TRUE(SplitByName(set(9), 0.1).valid.tracks.empty());
  EXPECT_GE(SplitByName(set(10), 0.1).valid.tracks.size(), 1u);
  const Splits few = SplitByName(set(100), 0.1), many = SplitByName(set(200), 0.1);
  EXPECT_EQ(few.train.tracks.size() + few.valid.tracks.size(), 100u);
  EXPECT_NEAR(static_cast<double>(many.valid.tracks.size()), 20, 12);
  std::set<std::string> valid;
  for (const Track& track : many.valid.tracks) valid.insert(track.sound.path);
  for (const Track& track : few.valid.tracks) EXPECT_TRUE(valid.count(track.sound.path));
}

}  // namespace
}  // namespace musicgen::train
