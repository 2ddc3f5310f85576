#include "train/data/music_folder.h"

#include <gmock/gmock.h>

#include "in_folder.h"
#include "train/data/metadata_table.h"

namespace musicgen::train {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using MusicFolderTest = InFolder;

TEST_F(MusicFolderTest, FindsTextsBesideSounds) {
  for (const char* name : {"a.wav", "b.wav", "c.wav", "sub/d.wav", "e_rock_song.wav"}) {
    WriteSound(name, 0.1);
  }
  Write("a.txt", " slow\npiano \n");
  Write("b.json", R"({"genre": "Jazz", "bpm": 90})");
  Write("b.txt", "with text, too");
  Write("metadata.csv", "file_name,text\r\nc.wav,\"loud, \"\"fast\"\"\"\r\nsub/d.wav,deep\r\n");
  const MusicFolder folder = ReadMusicFolder(At(""));
  ASSERT_EQ(folder.tracks.size(), 5u);
  EXPECT_EQ(folder.tracks[0].text.description, "slow piano");
  EXPECT_EQ(folder.tracks[1].text.description, "with text, too");
  EXPECT_EQ(folder.tracks[1].text.genre, "jazz");
  EXPECT_EQ(folder.tracks[2].text.description, "loud, \"fast\"");
  EXPECT_FALSE(folder.tracks[3].has_text());  // e_rock_song: a name says nothing
  EXPECT_EQ(folder.tracks[4].text.description, "deep");
}

TEST_F(MusicFolderTest, ReadsTheTableAsLinesOfJson) {
  WriteSound("a.wav", 0.1);
  Write("metadata.jsonl", R"({"file_name": "a.wav", "caption": "calm", "bpm": 70})");
  const MusicFolder folder = ReadTracks(At(""), true);
  EXPECT_EQ(folder.tracks[0].text.description, "calm");
  EXPECT_EQ(folder.tracks[0].text.bpm, 70.0);
}

TEST_F(MusicFolderTest, PrefersAManifest) {
  WriteSound("a.wav", 0.1);
  WriteSound("b.wav", 0.1);
  Write("data.jsonl", R"({"path": "b.wav", "duration": 0.1})"
                      "\n"
                      R"({"path": "gone.wav", "duration": 0.1})");
  Write("b.json", R"({"description": "b"})");
  EXPECT_THAT(Complaint([&] { ReadTracks(At(""), true); }),
              HasSubstr("b.json: expected the field"));
  const MusicFolder folder = ReadTracks(At(""), false);
  ASSERT_EQ(folder.tracks.size(), 1u);
  EXPECT_EQ(folder.tracks[0].text.description, "b");
  EXPECT_THAT(folder.unreadable, ElementsAre(HasSubstr("gone.wav")));
}

TEST_F(MusicFolderTest, NamesWhatIsWrong) {
  WriteSound("a.wav", 0.1);
  Write("a.json", "{");
  EXPECT_THAT(Complaint([&] { ReadMusicFolder(At("")); }), HasSubstr("a.json"));
  std::filesystem::remove(At("a.json"));
  Write("a.txt", std::string(5000, 'x'));
  EXPECT_THAT(Complaint([&] { ReadMusicFolder(At("")); }), HasSubstr("at most 4096 bytes"));
}

TEST(MetadataTable, IsReadAsSpreadsheetsWriteIt) {
  const auto rows = ParseCsv(
      "\xEF\xBB\xBF"
      "a,b\r\n\r\n\"x\ny\",\n,\"\"",
      "t.csv");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0], ElementsAre("a", "b"));
  EXPECT_THAT(rows[1], ElementsAre("x\ny", ""));
  EXPECT_THAT(rows[2], ElementsAre("", ""));
  const auto csv = [](const char* text) {
    return Complaint([text] { ParseCsvTable(text, "t.csv"); });
  };
  EXPECT_THAT(csv("a,b\n\"open"), HasSubstr("never closed"));
  EXPECT_THAT(csv("file_name,text\nx\n"), HasSubstr("row 2: expected 2 fields"));
  EXPECT_THAT(csv("name,text\nx,y\n"), HasSubstr("file_name"));
  EXPECT_THAT(csv("file_name,text\nx,y\nx,z\n"), HasSubstr("row 3: x is there twice"));
}

}  // namespace
}  // namespace musicgen::train
