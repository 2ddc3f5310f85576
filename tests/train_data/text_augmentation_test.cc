#include "train/data/text_augmentation.h"

#include <gmock/gmock.h>

#include <set>

#include "train/data/condition_dropout.h"

namespace musicgen::train {
namespace {

TrackText Song() {
  TrackText text;
  text.title = "never merged";
  text.description = "A song...";
  text.key = "c major";
  text.bpm = 120.0;
  text.genre = "rock";
  text.moods = {{"happy", "sunny"}};
  text.instrument = "mix";
  text.keywords = {{"loud"}};
  return text;
}

std::string Augment(const TrackText& text, const TextAugmentation& how, uint64_t seed = 1) {
  Draws draws(seed, 0);
  return AugmentedDescription(text, how, draws).value_or("(none)");
}

TEST(TextAugmentation, IsSkippedEntirelyAtZero) {
  EXPECT_EQ(Augment(Song(), {0.0, 0.5, 0.5}), "A song...");
  TrackText nothing;
  EXPECT_EQ(Augment(nothing, {0.0, 0.5, 0.5}), "(none)");
}

TEST(TextAugmentation, EndsADescriptionInOneStop) {
  // A merging that never happens, since no field is kept.
  EXPECT_EQ(Augment(Song(), {1.0, 0.0, 0.0}), "A song.");
  EXPECT_EQ(Augment(Song(), {1e-12, 1.0, 1.0}), "A song.");
}

TEST(TextAugmentation, MergesEveryFieldAtOne) {
  const std::string merged = Augment(Song(), {1.0, 0.0, 1.0});
  EXPECT_THAT(merged, ::testing::StartsWith("A song. "));
  for (const char* field : {"key: c major", "bpm: 120.0", "genre: rock", "moods: happy, sunny",
                            "instrument: mix", "keywords: loud"}) {
    EXPECT_THAT(merged, ::testing::HasSubstr(field));
  }
  EXPECT_THAT(merged, ::testing::Not(::testing::HasSubstr("never merged")));
  EXPECT_EQ(std::count(merged.begin(), merged.end(), '.'), 7);  // 6 fields joined by ". ", 120.0
  std::set<std::string> orders;
  for (uint64_t seed = 0; seed < 20; ++seed) orders.insert(Augment(Song(), {1.0, 0.0, 1.0}, seed));
  EXPECT_GT(orders.size(), 10u);
}

TEST(TextAugmentation, DropsTheDescriptionForTheFields) {
  EXPECT_THAT(Augment(Song(), {1.0, 1.0, 1.0}), ::testing::Not(::testing::HasSubstr("A song")));
  EXPECT_EQ(Augment(Song(), {1.0, 1.0, 0.0}), "(none)");
  TrackText fields = Song();
  fields.description.reset();
  EXPECT_THAT(Augment(fields, {1.0, 0.0, 1.0}), ::testing::HasSubstr("bpm: 120.0"));
}

TEST(TextAugmentation, KeepsAFieldWithTheProbabilityCalledDropOther) {
  TrackText text;
  text.key = "c major";
  int kept = 0;
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    kept += Augment(text, {1.0, 0.5, 0.2}, seed) != "(none)";
  }
  EXPECT_NEAR(kept / 4000.0, 0.2, 0.03);
}

TEST(WordDropout, DropsEachWordByItself) {
  Draws draws(3, 0);
  EXPECT_EQ(DropWords("a song  of words", 0.0, draws), "a song  of words");
  EXPECT_EQ(DropWords("a song of words", 1.0, draws), "");
  int64_t left = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string some = DropWords("w w w w", 0.3, draws);
    left += std::count(some.begin(), some.end(), 'w');
  }
  EXPECT_NEAR(static_cast<double>(left) / 8000.0, 0.7, 0.02);
}

TEST(ConditionDropout, DropsBatchesOrItems) {
  const ConditionDropout batches{0.2, ConditionDropout::Mode::kBatch},
      items{0.2, ConditionDropout::Mode::kItem};
  int dropped = 0, mixed = 0, dropped_items = 0;
  for (int64_t pass = 0; pass < 4000; ++pass) {
    dropped += batches.Drops(pass, 0);
    EXPECT_EQ(batches.Drops(pass, 0), batches.Drops(pass, 7));
    dropped_items += items.Drops(pass, 0);
    mixed += items.Drops(pass, 0) != items.Drops(pass, 1);
  }
  EXPECT_NEAR(dropped / 4000.0, 0.2, 0.02);
  EXPECT_NEAR(dropped_items / 4000.0, 0.2, 0.02);
  EXPECT_NEAR(mixed / 4000.0, 2 * 0.2 * 0.8, 0.03);
}

}  // namespace
}  // namespace musicgen::train
