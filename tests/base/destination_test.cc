#include "base/destination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file_name.h"

namespace musicgen {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// With and without trying names.
class DestinationTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "destination." + std::to_string(getpid());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static void Check(const std::string& path) { CheckWritable(path, GetParam()); }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  void ExpectRefused(const std::string& path, const std::string& says) {
    try {
      Check(path);
      ADD_FAILURE() << path << " was not refused";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      EXPECT_THAT(error.what(), HasSubstr(says));
    }
  }

  std::string folder_;
};

TEST_P(DestinationTest, LeavesNothingBehind) {
  std::ofstream(Path("old.wav")) << "old";
  Check(Path("new.wav"));
  Check(Path("old.wav"));
  Check(Path("a/b/c.wav"));
  Check(Path("a//b/./c.wav"));
  ExpectRefused(Path(std::string(256, 'x')), "too long");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
  EXPECT_EQ(fs::file_size(Path("old.wav")), 3u);
}

TEST_P(DestinationTest, NamesAreTriedWhole) {
  Check(Path(std::string(255, 'x')));
  std::string letters;  // of three bytes
  for (int i = 0; i < 86; ++i) letters += "音";
  ExpectRefused(Path(letters), "too long");
  Check(Path(letters.substr(3)));
  ExpectRefused(Path(letters + "/x.wav"), "too long");
  ExpectRefused(Path(std::string(5000, 'x')), "too long");
}

TEST_P(DestinationTest, WhatIsNoPlaceForAFile) {
  std::ofstream(Path("file")) << "x";
  ExpectRefused(folder_, "directory");
  ExpectRefused(Path("file/x.wav"), "ot a directory");
  ExpectRefused(Path("new/"), "not the name of a file");
  ExpectRefused(Path("new/../x.wav"), "no folder");
  ExpectRefused("/proc/x.wav", "cannot write");
  ExpectRefused("", "cannot write");
  fs::create_symlink("loop", Path("loop"));
  ExpectRefused(Path("loop"), "cannot write");
  fs::create_symlink("missing/x.wav", Path("link"));
  ExpectRefused(Path("link"), "link");
}

TEST_P(DestinationTest, DevicesAndLinks) {
  Check("/dev/null");
  fs::create_symlink("there.wav", Path("link"));
  Check(Path("link"));
  EXPECT_FALSE(fs::exists(Path("there.wav")));
}

INSTANTIATE_TEST_SUITE_P(Ways, DestinationTest, testing::Bool(), [](const auto& param_info) {
  return param_info.param ? "Trying" : "Unnamed";
});

TEST(FileNameTest, TemporaryNamesKeepWholeLetters) {
  std::string name = "x";
  for (int i = 0; i < 60; ++i) name += "音";
  const std::string temporary = TemporaryName(name);
  EXPECT_LE(temporary.size(), 130u);
  const std::string kept = temporary.substr(1, temporary.rfind('.', temporary.size() - 5) - 1);
  EXPECT_EQ(name.compare(0, kept.size(), kept), 0);
  EXPECT_EQ(kept.size() % 3, 1u);
}

}  // namespace
}  // namespace musicgen
