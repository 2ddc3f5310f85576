// TensorBoard's event files: scalars alone. A file is a sequence of records (TFRecord: length,
// checksum, bytes, checksum), each an Event message of protocol buffers.
#pragma once

#include <cstdint>
#include <string>

#include "train/checkpoint/json_lines_log.h"

namespace musicgen::train {

class EventFile {
 public:
  // A new file of its own name in `folder`, which is made. Steps after `last_update` that older
  // files of the folder hold are void from now on. Throws Error(kFailure).
  EventFile(const std::string& folder, int64_t last_update);

  // Scalars named "kind/name" at this update.
  void Write(const std::string& kind, int64_t update, const LogValues& values);

 private:
  void Append(const std::string& event);

  std::string path_;
};

// The checksum of a record's part: CRC-32C, rotated and shifted.
uint32_t MaskedCrc32c(const std::string& bytes);

}  // namespace musicgen::train
