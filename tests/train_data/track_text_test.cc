#include "train/data/track_text.h"

#include <gmock/gmock.h>

#include "in_folder.h"

namespace musicgen::train {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TrackText Parse(const std::string& json) { return ParseTrackText(json, "song.json", false); }

TEST(TrackText, IsNormalisedFieldByField) {
  const TrackText text = Parse(R"({"title": " My Song ", "artist": "None", "key": " C Major ",
      "bpm": "120", "genre": " Rock ", "moods": "Happy, Sunny  bright", "keywords": [" Loud ", "", 5, "FAST"],
      "description": "  A Loud song.  ", "name": "ELECTRIC", "instrument": "Mix", "extra": [1]})");
  EXPECT_EQ(text.title, "My Song");
  EXPECT_FALSE(text.artist);
  EXPECT_EQ(text.key, "c major");
  EXPECT_EQ(text.bpm, 120.0);
  EXPECT_EQ(text.genre, "rock");
  EXPECT_THAT(*text.moods, ElementsAre("happy", "sunny", "bright"));
  EXPECT_THAT(*text.keywords, ElementsAre("loud", "fast"));
  EXPECT_EQ(text.description, "A Loud song.");
  EXPECT_EQ(text.name, "electric");
  EXPECT_EQ(text.instrument, "mix");
}

TEST(TrackText, TakesWhatIsNoTextAsNone) {
  const TrackText text = Parse(R"({"title": null, "key": "C, G", "bpm": "fast", "genre": 7,
      "moods": [], "keywords": " , ", "description": "", "name": "  ", "instrument": ["a"]})");
  EXPECT_FALSE(text.title || text.key || text.bpm || text.genre || text.moods || text.keywords ||
               text.description || text.name || text.instrument);
  EXPECT_EQ(Parse(R"({"bpm": 97})").bpm, 97.0);
  EXPECT_EQ(Parse(R"({"bpm": 97.5})").bpm, 97.5);
}

TEST(TrackText, AsksForAllFieldsWhereToldTo) {
  const std::string all =
      R"({"title": "", "artist": "", "key": "", "bpm": "", "genre": "", "moods": "", "name": "",
          "description": "d", "instrument": ""})";
  EXPECT_EQ(ParseTrackText(all, "song.json", true).description, "d");
  const std::string complaint =
      Complaint([] { ParseTrackText(R"({"description": "d"})", "song.json", true); });
  EXPECT_THAT(complaint, HasSubstr("song.json: expected the field title"));
  EXPECT_THAT(Complaint([] { Parse("[1]"); }), HasSubstr("expected an object"));
}

using OfSound = InFolder;

TEST_F(OfSound, LiesBesideIt) {
  Write("song.json", R"({"description": "x"})");
  EXPECT_EQ(ReadTrackText(At("song.mp3"), false).description, "x");
  EXPECT_FALSE(ReadTrackText(At("other.mp3"), true).description);
}

}  // namespace
}  // namespace musicgen::train
