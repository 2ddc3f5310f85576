#include "serve/routes/zip.h"

#include <archive.h>
#include <archive_entry.h>

#include <cstring>
#include <memory>

#include "musicgen/error.hpp"

namespace musicgen::serve {
namespace {

constexpr time_t kFirstZipDay = 315532800 + 12 * 3600;  // noon of 1980-01-01, in every time zone

struct FreeArchive {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

la_ssize_t Append(archive*, void* text, const void* bytes, size_t size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

std::string Zip(const std::vector<NamedFile>& files) {
  std::string bytes;
  const std::unique_ptr<archive, FreeArchive> writer(archive_write_new());
  const auto check = [&](int result) {
    if (result != ARCHIVE_OK) {
      const char* reason = archive_error_string(writer.get());
      throw Error(ErrorCode::kFailure,
                  std::string("cannot write a zip file: ") + (reason ? reason : "unknown reason"));
    }
  };
  check(archive_write_set_format_zip(writer.get()));
  check(archive_write_set_options(writer.get(), "zip:compression=store"));
  check(archive_write_open(writer.get(), &bytes, nullptr, Append, nullptr));
  for (const NamedFile& file : files) {
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), file.name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), kFirstZipDay, 0);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.bytes.size()));
    check(archive_write_header(writer.get(), entry.get()));
    if (archive_write_data(writer.get(), file.bytes.data(), file.bytes.size()) !=
        static_cast<la_ssize_t>(file.bytes.size())) {
      check(ARCHIVE_FATAL);
    }
  }
  check(archive_write_close(writer.get()));
  return bytes;
}

}  // namespace musicgen::serve
