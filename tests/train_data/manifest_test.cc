#include "train/data/manifest.h"

#include <gmock/gmock.h>

#include "in_folder.h"
#include "train/data/sound_files.h"

namespace musicgen::train {
namespace {

using ::testing::HasSubstr;
using Manifest = InFolder;

TEST_F(Manifest, ReadsAudioCraftsLines) {
  Write(
      "data.jsonl",
      R"({"path": "/a.mp3", "duration": 12.5, "sample_rate": 44100, "amplitude": null, "weight": 0.5, "info_path": null, "more": 1})"
      "\n\n"
      R"({"path": "b.wav", "duration": 3, "sample_rate": 32000})");
  const auto entries = ReadManifest(At(""));
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].path, "/a.mp3");
  EXPECT_EQ(entries[0].duration_s, 12.5);
  EXPECT_EQ(entries[0].sample_rate_hz, 44100);
  EXPECT_FALSE(entries[0].amplitude);
  EXPECT_EQ(entries[0].weight, 0.5);
  EXPECT_EQ(entries[1].path, At("b.wav"));  // beside the manifest
  EXPECT_EQ(ReadManifest(At("data.jsonl")).size(), 2u);
}

TEST_F(Manifest, ComesBackFromCompressedFiles) {
  std::vector<ManifestEntry> entries(3);
  for (size_t i = 0; i < entries.size(); ++i) {
    entries[i] = {
        "/" + std::to_string(i) + ".wav", 1.5 * static_cast<double>(i), 8000, 0.25, {}, ""};
  }
  for (const char* name : {"data.jsonl", "other.JSONL.GZ"}) {
    WriteManifest(entries, At(name));
    const auto read = ReadManifest(At(name));
    ASSERT_EQ(read.size(), 3u) << name;
    EXPECT_EQ(read[2].duration_s, 3.0);
    EXPECT_EQ(read[2].amplitude, 0.25);
    EXPECT_FALSE(read[2].weight);
  }
  EXPECT_LT(std::filesystem::file_size(At("other.JSONL.GZ")),
            std::filesystem::file_size(At("data.jsonl")));
}

TEST_F(Manifest, NamesTheLineThatIsWrong) {
  Write("data.jsonl", "{\"path\": \"/a.wav\", \"duration\": 1}\n{\"duration\": 1}\n");
  EXPECT_THAT(Complaint([&] { ReadManifest(At("")); }), HasSubstr("data.jsonl:2: path: expected"));
  Write("data.jsonl", "{\"path\": \"/a.wav\"}");
  EXPECT_THAT(Complaint([&] { ReadManifest(At("")); }), HasSubstr("expected seconds"));
  Write("data.jsonl", "nonsense");
  EXPECT_THAT(Complaint([&] { ReadManifest(At("")); }), HasSubstr("data.jsonl:1"));
  EXPECT_THAT(Complaint([&] { ReadManifest(At("none.jsonl")); }), HasSubstr("cannot be opened"));
  std::filesystem::remove(At("data.jsonl"));
  EXPECT_THAT(Complaint([&] { ReadManifest(At("")); }), HasSubstr("expected data.jsonl"));
  Write("data.jsonl.gz", std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03zzzz", 14));
  EXPECT_THAT(Complaint([&] { ReadManifest(At("")); }), HasSubstr("damaged"));
}

TEST_F(Manifest, OfAFolderIsSortedAndLeavesOutWhatIsUnreadable) {
  WriteSound("b/two.WAV", 0.5);
  WriteSound("a.wav", 0.25, 8000, 2);
  Write("c.mp3", "no sound at all");
  Write("notes.txt", "hello");
  std::vector<std::string> unreadable;
  const auto entries = ScanFolder(At(""), /*amplitude=*/true,
                                  [&](const std::string& p) { unreadable.push_back(p); });
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_THAT(entries[0].path, ::testing::EndsWith("a.wav"));
  EXPECT_EQ(entries[0].sample_rate_hz, 8000);
  EXPECT_EQ(entries[0].duration_s, 0.25);
  EXPECT_NEAR(*entries[0].amplitude, 0.5, 1e-3);
  EXPECT_EQ(entries[1].duration_s, 0.5);
  ASSERT_EQ(unreadable.size(), 1u);
  EXPECT_THAT(unreadable[0], HasSubstr("c.mp3"));
  EXPECT_THAT(Complaint([&] { ScanFolder(At("none"), false, {}); }),
              HasSubstr("expected a folder"));
}

}  // namespace
}  // namespace musicgen::train
