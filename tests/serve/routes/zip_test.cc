#include "serve/routes/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

namespace musicgen::serve {
namespace {

std::vector<NamedFile> Unzip(const std::string& zip) {
  std::vector<NamedFile> files;
  archive* reader = archive_read_new();
  archive_read_support_format_zip(reader);
  EXPECT_EQ(archive_read_open_memory(reader, zip.data(), zip.size()), ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    NamedFile& file = files.emplace_back();
    file.name = archive_entry_pathname(entry);
    char buffer[100];
    for (la_ssize_t size = 0; (size = archive_read_data(reader, buffer, sizeof buffer)) > 0;) {
      file.bytes.append(buffer, static_cast<size_t>(size));
    }
  }
  archive_read_free(reader);
  return files;
}

TEST(Zip, HoldsTheFilesAsTheyAre) {
  const std::vector<NamedFile> files = {{"take_0.wav", std::string(1000, 'a')}, {"take_1.wav", ""}};
  const std::string zip = Zip(files);
  EXPECT_NE(zip.find(files[0].bytes), zip.npos) << "stored, not compressed";
  const std::vector<NamedFile> back = Unzip(zip);
  ASSERT_EQ(back.size(), 2U);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(back[i].name, files[i].name);
    EXPECT_EQ(back[i].bytes, files[i].bytes);
  }
}

TEST(Zip, TheSameFilesAreTheSameBytes) { EXPECT_EQ(Zip({{"a", "b"}}), Zip({{"a", "b"}})); }

}  // namespace
}  // namespace musicgen::serve
