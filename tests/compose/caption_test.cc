#include "compose/caption.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "base/error.h"
#include "checkpoint/side_files.h"
#include "compose/phrases.h"
#include "compose/plan.h"
#include "compose/tokenizer_files.h"
#include "text/tokenizer.h"

namespace musicgen::compose {
namespace {

using testing::HasSubstr;

SongAttributes Attributes(uint64_t counter) {
  return DrawPlan(Palette::kFull, 11, counter).attributes;
}

TEST(CaptionTest, OfACompleteSongHasEveryPart) {
  for (uint64_t counter = 0; counter < 200; ++counter) {
    const SongAttributes song = Attributes(counter);
    const std::string caption = Caption(song, 12, counter, true);
    EXPECT_THAT(caption, HasSubstr(StrCat(BeatsPerMinute(song.beat_frames), " bpm")));
    EXPECT_THAT(caption, HasSubstr(KeyPhrase({song.tonic, song.minor})));
    const auto says = [&caption](const Phrases& phrases) {
      return std::any_of(phrases.begin(), phrases.end(), [&](std::string_view phrase) {
        return caption.find(phrase) != std::string::npos;
      });
    };
    EXPECT_TRUE(says(MoodPhrases(song.mood))) << caption;
    EXPECT_TRUE(says(TempoPhrases(song.beat_frames))) << caption;
    EXPECT_TRUE(says(StylePhrases(song.style))) << caption;
    EXPECT_TRUE(says(LeadPhrases(song.lead))) << caption;
    EXPECT_TRUE(says(ChordPhrases(song.chords))) << caption;
    EXPECT_TRUE(says(song.drums ? DrumPhrases(song.kit) : NoDrumPhrases())) << caption;
  }
}

TEST(CaptionTest, IncompleteOnesDifferAndAreNeverEmpty) {
  std::set<std::string> captions;
  for (uint64_t counter = 0; counter < 2000; ++counter) {
    captions.insert(Caption(Attributes(7), 13, counter, false));
  }
  EXPECT_GT(captions.size(), 1500u);
  EXPECT_EQ(captions.count(""), 0u);
  EXPECT_EQ(Caption(Attributes(7), 13, 5, false), Caption(Attributes(7), 13, 5, false));
}

// One id for each word, one for each comma, and the end; words at random are spelled,
// with a known word in front where they begin with one.
TEST(CaptionTest, EveryWordIsOnePiece) {
  const std::vector<std::string> known = AllWords();
  const std::string folder = testing::TempDir() + "/caption_test_tokenizer";
  std::filesystem::create_directories(folder);
  WriteTokenizerFiles(folder);
  const auto tokenizer = text::Tokenizer::Load(*checkpoint::FilesOfDirectory(folder));
  for (uint64_t counter = 0; counter < 3000; ++counter) {
    const std::string caption = Caption(Attributes(counter), 14, counter, counter % 2 == 0);
    size_t known_ids = 1, spelled_ids = 0;
    std::istringstream words(caption);
    for (std::string word; words >> word;) {
      if (word.back() == ',') {
        word.pop_back();
        ++known_ids;
      }
      const bool is_known = std::find(known.begin(), known.end(), word) != known.end();
      EXPECT_TRUE(is_known || counter % 2 == 1) << caption;
      (is_known ? known_ids : spelled_ids) += is_known ? 1 : 1 + word.size();
    }
    const size_t ids = tokenizer.Encode(caption).size();
    EXPECT_LE(known_ids, ids) << caption;
    EXPECT_LE(ids, known_ids + spelled_ids) << caption;
  }
  std::filesystem::remove_all(folder);
}

TEST(CaptionTest, OneAttributeIsWrong) {
  for (uint64_t counter = 0; counter < 100; ++counter) {
    const SongAttributes song = Attributes(counter);
    for (int wrong = 0; wrong < kWrongAttributes; ++wrong) {
      const SongAttributes other =
          WithOneWrong(song, static_cast<WrongAttribute>(wrong), 15, counter);
      const std::array<bool, kWrongAttributes> differs = {
          song.beat_frames != other.beat_frames,
          song.tonic != other.tonic || song.minor != other.minor,
          song.lead != other.lead,
          song.chords != other.chords,
          song.style != other.style,
          song.drums != other.drums};
      for (int i = 0; i < kWrongAttributes; ++i) {
        EXPECT_EQ(differs[static_cast<size_t>(i)], i == wrong);
      }
    }
  }
}

}  // namespace
}  // namespace musicgen::compose
