#include "base/mapped_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/error.h"

namespace musicgen {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class MappedFileTest : public ::testing::Test {
 protected:
  MappedFileTest() {
    std::string name = fs::temp_directory_path() / "mapped_file_test.XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~MappedFileTest() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  std::string OpenError(const std::string& path) {
    try {
      MappedFile file(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      return error.what();
    }
    return "";
  }

  fs::path folder_;
};

TEST_F(MappedFileTest, ShowsTheBytes) {
  const MappedFile file(Write("f", std::string("a\0b", 3)));
  EXPECT_EQ(file.size(), 3u);
  EXPECT_EQ(file.bytes(), std::string_view("a\0b", 3));
}

TEST_F(MappedFileTest, AnEmptyFileHasNoBytes) {
  const MappedFile file(Write("f", ""));
  EXPECT_EQ(file.size(), 0u);
  EXPECT_TRUE(file.bytes().empty());
  file.Drop(0, 100);
}

TEST_F(MappedFileTest, DroppedPagesReadAgainAndAnyRangeIsFine) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += static_cast<char>(i % 253);
  const MappedFile file(Write("f", text));
  const size_t most = static_cast<size_t>(-1);
  for (const auto& [offset, bytes] : {std::pair<size_t, size_t>{0, 50'000},
                                      {1, 1},
                                      {4096, 4096},
                                      {4095, 4098},
                                      {0, most},
                                      {49'999, most},
                                      {50'000, 1},
                                      {most, most},
                                      {0, 0}}) {
    file.Drop(offset, bytes);
    EXPECT_EQ(file.bytes(), text);
  }
}

TEST_F(MappedFileTest, RefusesWhatIsNotARegularFile) {
  EXPECT_THAT(OpenError(folder_ / "none"),
              HasSubstr("none: cannot be opened for reading: No such"));
  EXPECT_THAT(OpenError(folder_), HasSubstr("expected a regular file, found a directory"));
  EXPECT_THAT(OpenError("/dev/null"), HasSubstr("expected a regular file, found a device"));
  EXPECT_THAT(OpenError(""), HasSubstr("cannot be opened"));
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(OpenError(pipe), pipe + ": expected a regular file, found a pipe");
  fs::create_symlink("loop", folder_ / "loop");
  EXPECT_THAT(OpenError(folder_ / "loop"), HasSubstr("cannot be opened"));
}

TEST_F(MappedFileTest, RefusesASocket) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = folder_ / "s";
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_THAT(OpenError(path), HasSubstr("cannot be opened"));
  close(fd);
}

TEST_F(MappedFileTest, DoesNotStopAtAZeroByteInTheName) {
  const std::string path = Write("f", "text");
  EXPECT_THAT(OpenError(path + std::string("\0.txt", 5)), HasSubstr("f?.txt: cannot be opened"));
}

}  // namespace
}  // namespace musicgen
