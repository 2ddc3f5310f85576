// Writes the container of torch.save: stored entries, their bytes at multiples of 64.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "checkpoint/tensor_stream.h"
#include "checkpoint/zip_records.h"

namespace musicgen::checkpoint {

class TorchZipWriter {
 public:
  // All names go below `folder`. Sizes and offsets from `wide_from` on are written as ZIP64.
  TorchZipWriter(const std::string& path, std::string folder, uint64_t wide_from = zip::kIn64);

  // One entry of so many bytes, which `write` hands over in any number of pieces. Throws
  // Error(kFailure).
  void Add(const std::string& name, uint64_t bytes,
           const std::function<void(const PutBytes& put)>& write);
  void Add(const std::string& name, std::string_view content);
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
