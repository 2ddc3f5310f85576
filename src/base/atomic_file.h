// A file that appears whole or not at all, even when the process is killed half-way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace musicgen {

class AtomicFile {
 public:
  // Opens an unnamed file in the folder of `path` (a named temporary one where the file system has
  // none). A symbolic link is followed; a device or a pipe gets the bytes on Commit, which wait in
  // memory. Throws Error(kFailure) when the folder is missing, or it or the old file cannot be
  // written, or `path` is a folder.
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();  // without Commit, nothing stays behind
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Throw Error(kFailure) with the system's reason.
  void Write(const void* data, size_t bytes);
  void WriteAt(uint64_t offset, const void* data, size_t bytes);
  void Read(uint64_t offset, void* data, size_t bytes);
  uint64_t size() const;
  // Puts the file in place of whatever `path` named, after its bytes are on the disk. A replaced
  // file's permissions stay. Throws Error(kFailure).
  void Commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen
