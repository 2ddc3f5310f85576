// The container of src/checkpoint/torch_zip.h and its writer, against files that lie.
#include "checkpoint/torch_zip.h"

#include <functional>

#include "checkpoint/crc32.h"
#include "checkpoint/hostile.h"
#include "checkpoint/torch_zip_writer.h"

namespace musicgen::checkpoint {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

uint64_t Field(const std::string& bytes, size_t at, int count) {
  uint64_t value = 0;
  for (int i = count; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<size_t>(i)]);
  }
  return value;
}

void SetField(std::string* bytes, size_t at, uint64_t value, int count) {
  for (int i = 0; i < count; ++i) {
    (*bytes)[at + static_cast<size_t>(i)] = static_cast<char>(value >> (8 * i));
  }
}

class TorchZipTest : public testing::Test {
 protected:
  using Entries = std::vector<std::pair<std::string, std::string>>;

  std::string Write(const Entries& entries, uint64_t wide_from = zip::kIn64) {
    TorchZipWriter writer(folder_.Path("a.bin"), "a", wide_from);
    for (const auto& [name, bytes] : entries) writer.Add(name, {bytes});
    writer.Commit();
    return folder_.Read("a.bin");
  }
  std::string Error(const std::string& bytes) {
    return ErrorOf([&] { ParseTorchZip(bytes, "a.bin"); });
  }
  // What the reader says of the two-entry file after `change`, whose second argument is the offset
  // of the directory.
  std::string ErrorAfter(const std::function<void(std::string*, size_t)>& change) {
    std::string bytes = Write(kTwo);
    change(&bytes, Field(bytes, bytes.size() - 6, 4));
    return Error(bytes);
  }

  const Entries kTwo = {{"data/0", "12345"}, {"version", "3\n"}};
  TemporaryFolder folder_;
};

TEST_F(TorchZipTest, ReadsWhatTheWriterWrites) {
  for (const uint64_t wide_from : {uint64_t{zip::kIn64}, uint64_t{0}, uint64_t{4}}) {
    const std::string bytes = Write(kTwo, wide_from);
    const TorchZipEntries entries = ParseTorchZip(bytes, "a.bin");
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries.at("data/0"), "12345");
    EXPECT_EQ(entries.at("version"), "3\n");
    for (const auto& [name, data] : entries) {
      EXPECT_EQ((data.data() - bytes.data()) % 64, 0) << name;
    }
  }
}

TEST_F(TorchZipTest, ChecksumIsThatOfZip) {
  EXPECT_EQ(Crc32(0, "123456789", 9), 0xcbf43926u);
  EXPECT_EQ(Crc32(Crc32(0, "1234", 4), "56789", 5), 0xcbf43926u);
}

TEST_F(TorchZipTest, RefusesEveryTruncation) {
  const std::string bytes = Write(kTwo);
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THAT(Error(bytes.substr(0, length)), StartsWith("a.bin: ")) << length;
  }
  EXPECT_THAT(Error(bytes + "x"), HasSubstr("behind it"));
}

TEST_F(TorchZipTest, RefusesWhatIsNotATorchFile) {
  EXPECT_THAT(Error("\x80\x02}q"), HasSubstr("something else"));
  EXPECT_THAT(Error(Write({{"data.pkl", ""}})), HasSubstr("version is missing"));
  EXPECT_THAT(Error(Write({{"version", "0"}})), HasSubstr("1 to 10"));
  EXPECT_THAT(Error(Write({{"version", "99"}})), HasSubstr("1 to 10"));
  EXPECT_THAT(Error(Write({{"version", "3"}, {"byteorder", "big"}})), HasSubstr("little"));
  EXPECT_THAT(Error(Write({{"version", "3"}, {"constants.pkl", ""}})), HasSubstr("TorchScript"));
  EXPECT_THAT(Error(Write({{"version", "3"}, {"version", "3"}})), HasSubstr("twice"));
  EXPECT_THAT(Error(Write({{"version", "3"}, {"data/", ""}})), HasSubstr("a folder"));
  EXPECT_THAT(Error(Write({{"version", "3"}, {"\xff", ""}})), HasSubstr("UTF-8"));
}

TEST_F(TorchZipTest, RefusesFeaturesItDoesNotHave) {
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t d) { (*b)[d + 8] = 1; }),
              HasSubstr("encryption"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t d) { (*b)[d + 10] = 8; }),
              HasSubstr("compression method 8"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t d) { (*b)[d + 34] = 1; }), HasSubstr("disks"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t d) { (*b)[d + 38] = 0x10; }),
              HasSubstr("a folder"));
}

TEST_F(TorchZipTest, RefusesLyingSizesAndOffsets) {
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t d) { SetField(b, d + 20, 6, 4); }),
              HasSubstr("equal sizes"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t d) {
                SetField(b, d + 20, 0x7fffffff, 4);
                SetField(b, d + 24, 0x7fffffff, 4);
              }),
              HasSubstr("beyond"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t d) {
                SetField(b, d + 20, 6, 4);
                SetField(b, d + 24, 6, 4);
              }),
              HasSubstr("contradicts"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t d) { SetField(b, d + 20, zip::kIn64, 4); }),
              HasSubstr("equal sizes"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t d) { SetField(b, d + 42, 7, 4); }),
              HasSubstr("no such entry"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t d) { SetField(b, d + 42, zip::kIn64, 4); }),
              HasSubstr("sizes are missing"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t) { SetField(b, b->size() - 6, 1, 4); }),
              HasSubstr("contradict"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t) { SetField(b, b->size() - 12, 3, 2); }),
              HasSubstr("contradict"));
}

TEST_F(TorchZipTest, RefusesHeadersThatContradictTheDirectory) {
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t) { (*b)[30] = 'b'; }), HasSubstr("contradicts"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t) { (*b)[8] = 8; }), HasSubstr("contradicts"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t) { (*b)[18] = 4; }), HasSubstr("contradicts"));
  EXPECT_THAT(ErrorAfter([](std::string* b, size_t) { SetField(b, 28, 0xffff, 2); }),
              HasSubstr("beyond"));
}

// The second entry's header is said to lie inside the first one's bytes.
TEST_F(TorchZipTest, RefusesOverlaps) {
  const std::string inner = Write({{"version", "3\n"}});
  std::string bytes = Write({{"data/0", inner}, {"version", "3\n"}});
  const size_t directory = Field(bytes, bytes.size() - 6, 4);
  const size_t second = directory + 46 + std::string("a/data/0").size();
  ASSERT_EQ(Field(bytes, second, 4), zip::kCentralSignature);
  SetField(&bytes, second + 42, 64, 4);
  EXPECT_THAT(Error(bytes), HasSubstr("overlap"));
}

TEST_F(TorchZipTest, RefusesNamesOfAnotherFolder) {
  std::string bytes = Write(kTwo);
  const size_t directory = Field(bytes, bytes.size() - 6, 4);
  const size_t second = directory + 46 + std::string("a/data/0").size();
  const size_t header = Field(bytes, second + 42, 4);
  bytes[second + 46] = bytes[header + 30] = 'b';
  EXPECT_THAT(Error(bytes), HasSubstr("below a/"));
}

}  // namespace
}  // namespace musicgen::checkpoint
