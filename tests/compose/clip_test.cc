#include "compose/clip.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "checkpoint/json.h"
#include "compose/scale.h"

namespace musicgen::compose {
namespace {

TEST(ClipTest, IsTheSameOnEveryMachine) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (uint64_t counter = 0; counter < 50; ++counter) {
    for (const NoteEvent& note : ComposeClip(2036, counter, 10, true).notes) {
      for (const int value : {note.onset_samples, note.length_samples, note.key, note.velocity}) {
        hash = (hash ^ static_cast<uint64_t>(value)) * 0x100000001b3u;
      }
    }
  }
  EXPECT_EQ(hash, 8724086338297787604u);
}

TEST(ClipTest, NotesAreInTheKeyAndInTheClip) {
  for (uint64_t counter = 0; counter < 200; ++counter) {
    const Clip clip = ComposeClip(3, counter, 8, false);
    ASSERT_GT(clip.notes.size(), 8u);
    for (const NoteEvent& note : clip.notes) {
      ASSERT_GE(note.onset_samples, 0);
      ASSERT_LT(note.onset_samples, 8 * 32000 + 256);
      ASSERT_GT(note.length_samples, 0);
      ASSERT_TRUE(note.velocity >= 1 && note.velocity <= 127) << note.velocity;
      ASSERT_TRUE(note.key >= 0 && note.key <= 127) << note.key;
      ASSERT_TRUE(note.preset.drums || InScale(clip.attributes.key, note.key));
    }
  }
}

TEST(ClipTest, TrainingLeavesPairsOut) {
  std::set<std::pair<int, int>> held_out, seen;
  for (int style = 0; style < kClipStyles; ++style) {
    for (int lead = 0; lead < static_cast<int>(ClipLeads().size()); ++lead) {
      if (HeldOut(static_cast<ClipStyle>(style), lead)) held_out.emplace(style, lead);
    }
  }
  EXPECT_NEAR(static_cast<double>(held_out.size()), 9.6, 1.5);
  for (uint64_t counter = 0; counter < 2000; ++counter) {
    const ClipAttributes clip = ComposeClip(4, counter, 1, true).attributes;
    EXPECT_EQ(held_out.count({static_cast<int>(clip.style), clip.lead}), 0u);
    const ClipAttributes other = ComposeClip(4, counter, 1, false).attributes;
    seen.emplace(static_cast<int>(other.style), other.lead);
  }
  EXPECT_EQ(seen.size(), 96u);
}

TEST(ClipTest, DescriptionsHaveNoHolesAndVary) {
  std::set<std::string> texts;
  for (uint64_t counter = 0; counter < 1000; ++counter) {
    const ClipText text = TextOf(ComposeClip(5, counter, 1, true), 5, counter);
    EXPECT_THAT(text.description, testing::Not(testing::ContainsRegex("[][{}]|  "))) << counter;
    EXPECT_FALSE(text.description.empty());
    texts.insert(text.description);
  }
  EXPECT_GT(texts.size(), 900u);
}

TEST(ClipFolderTest, WritesWhatTrainingReads) {
  const std::string folder = testing::TempDir() + "/clip_folder_test";
  ClipFolder clips(folder);
  ClipText text;
  text.key = "c major";
  text.bpm = 120;
  text.moods = {"happy"};
  clips.Add(std::vector<float>(3200, 0.25f), text);
  clips.Finish();
  std::ifstream manifest(folder + "/data.jsonl");
  std::string line;
  ASSERT_TRUE(std::getline(manifest, line));
  const auto row = checkpoint::ParseJson(line, "manifest");
  const auto& members = *row.as<checkpoint::JsonObject>();
  const std::string path = *checkpoint::Find(members, "path")->as<std::string>();
  EXPECT_TRUE(std::filesystem::path(path).is_absolute());
  EXPECT_EQ(std::filesystem::file_size(path), 3200u * 2 + 44);
  EXPECT_EQ(*checkpoint::Find(members, "duration")->as<double>(), 0.1);
  std::ifstream file(folder + "/00000.json");
  std::ostringstream json;
  json << file.rdbuf();
  EXPECT_THAT(json.str(), testing::HasSubstr("\"bpm\":120"));
  EXPECT_THAT(json.str(), testing::HasSubstr("\"moods\":[\"happy\"]"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace musicgen::compose
