// One repository's folder in the cache, written as the hub's client lays it out, beside its files
// and those of other programs. What is there is replaced by renaming and never written into: a blob
// may be a link into a store that many repositories share.
#pragma once

#include <filesystem>
#include <string>

#include "hub/listing.h"

namespace musicgen::hub {

class Repository {
 public:
  Repository(const std::filesystem::path& cache, const std::string& id, bool symlinks);

  std::filesystem::path Snapshot(const std::string& commit) const;
  // Whether the snapshot has the file, with this size.
  bool Has(const std::string& commit, const ListedFile& file) const;
  // Bytes of it that need not be fetched: all where a blob of this size is there, else those of an
  // earlier download that was broken off.
  uint64_t BytesAtHand(const ListedFile& file) const;
  bool HasBlob(const ListedFile& file) const;

  // Where an unfinished download of ours lies; only who holds the lock may use it. Other programs
  // name theirs otherwise and are left alone.
  std::string PartialPath(const ListedFile& file) const;
  std::string BlobPath(const ListedFile& file) const;
  std::string LockPath(const ListedFile& file) const;

  // Makes the folders that a download needs. Throws Error(kFailure).
  void Prepare(const std::string& commit, const ListedFile& file) const;
  // Lets the snapshot's name lead to the blob: by a relative link, or where there are none by the
  // file itself.
  void Place(const std::string& commit, const ListedFile& file) const;
  // refs/<revision>, whole or not at all.
  void WriteReference(const std::string& revision, const std::string& commit) const;
  // That the commit has no such file: what others look for need not be asked for again.
  void NoteAbsent(const std::string& commit, const std::string& path) const;

 private:
  std::filesystem::path cache_, folder_;
  std::string name_;
  bool symlinks_;
};

}  // namespace musicgen::hub
