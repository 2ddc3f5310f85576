// Writes the container of torch.save: stored entries, their bytes at multiples of 64.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "checkpoint/zip_records.h"

namespace musicgen::checkpoint {

class TorchZipWriter {
 public:
  // All names go below `folder`. Sizes and offsets from `wide_from` on are written as ZIP64.
  TorchZipWriter(const std::string& path, std::string folder, uint64_t wide_from = zip::kIn64);

  // One entry, given in parts that are put behind each other. Throws Error(kFailure).
  void Add(const std::string& name, const std::vector<std::string_view>& parts);
  // The file appears, whole. Throws Error(kFailure).
  void Commit();

 private:
  struct Entry {
    std::string name;
    uint64_t header, size;
    uint32_t crc;
  };
  std::string CentralRecord(const Entry& entry) const;

  AtomicFile file_;
  std::string folder_;
  uint64_t wide_from_;
  std::vector<Entry> entries_;
};

}  // namespace musicgen::checkpoint
