// The safetensors container: 8 bytes of header length, a JSON header, then the tensors' bytes,
// memory-mapped.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "checkpoint/tensor_stream.h"

namespace musicgen::checkpoint {

struct SafetensorsHeader {
  std::vector<TensorView> tensors;              // data is null; offsets below
  std::vector<uint64_t> offsets;                // of each tensor's first byte in the file
  std::map<std::string, std::string> metadata;  // __metadata__
};

// Checks every length, offset, type and shape of a file of `file_bytes` bytes that begins with
// `head` (the 8 bytes and the JSON at least). Throws Error(kBadInput) naming the file and the
// tensor: a lying length, offsets out of order, out of the file, overlapping or leaving a hole, a
// duplicate name, an unknown type.
SafetensorsHeader ParseSafetensorsHeader(std::string_view head, uint64_t file_bytes,
                                         const std::string& where);

// One file.
std::unique_ptr<TensorSource> OpenSafetensors(
    const std::string& path, std::map<std::string, std::string>* metadata = nullptr);
// model.safetensors, or the shards that model.safetensors.index.json lists or that are there
// without it, of a directory.
std::unique_ptr<TensorSource> OpenSafetensorsDirectory(const std::string& directory);
bool HasSafetensorsDirectory(const std::string& directory);

struct TensorToWrite {
  std::string name;
  DType dtype;
  Shape shape;
  const void* data;
};
// Writes a file that appears whole or not at all.
void WriteSafetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata);
// The same of tensors whose data is null: `write_tensor(i, put)` hands the bytes of tensors[i] to
// `put`, in any number of pieces.
void WriteSafetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata,
                      const std::function<void(size_t i, const PutBytes& put)>& write_tensor);

}  // namespace musicgen::checkpoint
