#include "hub/repository.h"

#include <algorithm>
#include <fstream>

#include "base/error.h"
#include "base/file_name.h"
#include "base/write_whole.h"
#include "hub/hub_name.h"

namespace musicgen::hub {
namespace {

namespace fs = std::filesystem;

constexpr char kCacheTag[] =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder holds what can be downloaded again: https://bford.info/cachedir/\n";

bool HasSize(const fs::path& path, uint64_t bytes) {
  std::error_code error;
  return fs::is_regular_file(path, error) && fs::file_size(path, error) == bytes;
}

std::string ReadText(const fs::path& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text);
  return text;
}

void Rename(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) {
    ThrowFailure("cannot write ", Printable(to.string(), 300), ": ", error.message());
  }
}

}  // namespace

Repository::Repository(const fs::path& cache, const std::string& id, bool symlinks)
    : cache_(cache),
      folder_(cache / RepositoryFolder(id)),
      name_(RepositoryFolder(id)),
      symlinks_(symlinks) {}

fs::path Repository::Snapshot(const std::string& commit) const {
  return folder_ / "snapshots" / commit;
}

bool Repository::Has(const std::string& commit, const ListedFile& file) const {
  return HasSize(Snapshot(commit) / file.path, file.bytes);
}

bool Repository::HasBlob(const ListedFile& file) const {
  return HasSize(BlobPath(file), file.bytes);
}

uint64_t Repository::BytesAtHand(const ListedFile& file) const {
  if (HasBlob(file)) return file.bytes;
  std::error_code error;
  const uint64_t bytes = fs::file_size(PartialPath(file), error);
  return error ? 0 : std::min(bytes, file.bytes);
}

std::string Repository::BlobPath(const ListedFile& file) const {
  return (folder_ / "blobs" / file.etag).string();
}

std::string Repository::PartialPath(const ListedFile& file) const {
  return BlobPath(file) + ".musicgen.incomplete";
}

std::string Repository::LockPath(const ListedFile& file) const {
  return (cache_ / ".locks" / name_ / (file.etag + ".lock")).string();
}

void Repository::Prepare(const std::string& commit, const ListedFile& file) const {
  MakeFolders(cache_ / ".locks" / name_);
  MakeFolders(folder_ / "blobs");
  MakeFolders((Snapshot(commit) / file.path).parent_path());
  std::error_code error;
  const fs::path tag = cache_ / "CACHEDIR.TAG";
  if (fs::symlink_status(tag, error).type() == fs::file_type::not_found) WriteWhole(tag, kCacheTag);
}

void Repository::Place(const std::string& commit, const ListedFile& file) const {
  const fs::path name = Snapshot(commit) / file.path, blob = BlobPath(file);
  if (HasSize(name, file.bytes)) return;
  const fs::path temporary = name.parent_path() / TemporaryName(name.filename().string());
  std::error_code error;
  if (symlinks_) {
    fs::path up = "../..";
    for (const char c : file.path) {
      if (c == '/') up /= "..";
    }
    fs::create_symlink(up / "blobs" / file.etag, temporary, error);
    if (!error) return Rename(temporary, name);
  }
  // A link's payload belongs to others too, and so is copied.
  if (!fs::is_symlink(blob, error)) return Rename(blob, name);
  fs::copy_file(blob, temporary, error);
  if (error) ThrowFailure("cannot write ", Printable(name.string(), 300), ": ", error.message());
  Rename(temporary, name);
}

void Repository::WriteReference(const std::string& revision, const std::string& commit) const {
  if (revision == commit || !IsPlainPath(revision)) return;
  const fs::path path = folder_ / "refs" / revision;
  if (ReadText(path) == commit) return;
  MakeFolders(path.parent_path());
  WriteWhole(path, commit);
}

void Repository::NoteAbsent(const std::string& commit, const std::string& path) const {
  const fs::path name = folder_ / ".no_exist" / commit / path;
  std::error_code error;
  fs::create_directories(name.parent_path(), error);
  if (!error) std::ofstream(name, std::ios::app);
}

}  // namespace musicgen::hub
