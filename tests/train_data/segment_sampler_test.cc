#include "train/data/segment_sampler.h"

#include <gmock/gmock.h>

#include <set>

#include "in_folder.h"
#include "train/data/sound_segment.h"

namespace musicgen::train {
namespace {

std::vector<ManifestEntry> Files(const std::vector<double>& durations,
                                 const std::vector<double>& weights = {}) {
  std::vector<ManifestEntry> files;
  for (size_t i = 0; i < durations.size(); ++i) {
    files.push_back({"", durations[i], 32000, {}, {}, ""});
    if (!weights.empty()) files.back().weight = weights[i];
  }
  return files;
}

// The share of files 0, 1, … among the items.
std::vector<double> Shares(const std::vector<ManifestEntry>& files, const SegmentSettings& how) {
  const SegmentSampler sampler(files, how, "test");
  std::vector<double> shares(files.size());
  for (int64_t i = 0; i < 6000; ++i) shares[sampler.At(i, 0).file] += 1.0 / 6000;
  return shares;
}

TEST(SegmentSampler, SamplesByWeightAndDurationByItsSwitches) {
  const auto files = Files({10, 30}, {3, 2});
  SegmentSettings how{.segment_s = 1, .num_samples = 6000};
  EXPECT_NEAR(Shares(files, how)[0], 30.0 / 90, 0.03);
  how.sample_on_duration = false;
  EXPECT_NEAR(Shares(files, how)[0], 3.0 / 5, 0.03);
  how.sample_on_weight = false;
  EXPECT_NEAR(Shares(files, how)[0], 0.5, 0.03);
  how.sample_on_duration = true;
  EXPECT_NEAR(Shares(files, how)[0], 0.25, 0.03);
}

TEST(SegmentSampler, SeeksAsFarAsTheRatioLets) {
  const SegmentSampler sampler(Files({40, 20}), {.segment_s = 30, .min_segment_ratio = 0.8},
                               "test");
  double most = 0;
  for (int64_t i = 0; i < 3000; ++i) {
    const Segment segment = sampler.At(i, 0);
    // 20 s is less than 24 s.
    EXPECT_LE(segment.seek_s, segment.file == 1 ? 0.0 : 40.0 - 24.0);
    most = std::max(most, segment.seek_s);
  }
  EXPECT_GT(most, 15.5);
}

TEST(SegmentSampler, IsSeededByItemAndEpoch) {
  SegmentSettings how{.segment_s = 1, .num_samples = 100};
  EXPECT_EQ(SeedOfItem(how, 7, 3), 307u);
  how.shuffle_seed = 5;
  EXPECT_EQ(SeedOfItem(how, 7, 3), 807u);
  how.shuffle = false;
  EXPECT_EQ(SeedOfItem(how, 7, 3), 7u);
  const SegmentSampler still(Files({40, 50}), how, "test");
  EXPECT_EQ(still.At(7, 0).seek_s, still.At(7, 9).seek_s);
  how.shuffle = true;
  const SegmentSampler moving(Files({40, 50}), how, "test");
  EXPECT_NE(moving.At(7, 0).seek_s, moving.At(7, 1).seek_s);
  EXPECT_NE(moving.At(7, 0).seek_s, moving.At(7, 0, /*attempt=*/1).seek_s);
  EXPECT_EQ(moving.At(7, 1).seek_s, moving.At(7, 1).seek_s);
}

TEST(SegmentSampler, PermutesFilesOverEpochs) {
  const SegmentSettings how{.segment_s = 1, .num_samples = 4, .permutation_on_files = true};
  const SegmentSampler sampler(Files({9, 9, 9, 9, 9, 9, 9, 9}), how, "test");
  std::set<size_t> seen;
  for (int64_t epoch = 0; epoch < 2; ++epoch) {
    for (int64_t i = 0; i < 4; ++i) seen.insert(sampler.At(i, epoch).file);
  }
  EXPECT_EQ(seen.size(), 8u);  // one permutation runs through two epochs
}

TEST(SegmentSampler, RefusesNothing) {
  EXPECT_THAT(Complaint([] { SegmentSampler({}, {}, "train"); }),
              ::testing::HasSubstr("train: expected sound files"));
  EXPECT_THAT(Complaint([] { SegmentSampler(Files({5}, {0}), {}, "train"); }),
              ::testing::HasSubstr("weight above 0"));
}

using OfFile = InFolder;

TEST_F(OfFile, ASegmentIsResampledPaddedAndMixed) {
  WriteSound("song.wav", 1.0, 16000, 2);
  const SoundSegment half = ReadSoundSegment(At("song.wav"), 0.5, 1.0, {32000, 1});
  EXPECT_EQ(half.wave.channels, 1);
  EXPECT_EQ(half.wave.samples, 32000);
  EXPECT_NEAR(static_cast<double>(half.n_frames), 16000, 1);
  EXPECT_EQ(half.wave.values.back(), 0.0f);
  const SoundSegment both = ReadSoundSegment(At("song.wav"), 0.0, 0.5, {16000, 2});
  const SoundSegment mean = ReadSoundSegment(At("song.wav"), 0.0, 0.5, {16000, 1});
  EXPECT_EQ(both.n_frames, 8000);
  EXPECT_NEAR(mean.wave.values[77], (both.wave.channel(0)[77] + both.wave.channel(1)[77]) / 2,
              1e-6);
}

}  // namespace
}  // namespace musicgen::train
