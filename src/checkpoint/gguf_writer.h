// Writes GGUF files, version 3: metadata, then tensors one by one, so that a file larger than
// memory is no matter.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/gguf_header.h"
#include "checkpoint/tensor_stream.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace musicgen::checkpoint {

class GgufWriter {
 public:
  // Keys are distinct.
  void AddText(std::string_view key, std::string_view text);  // UTF-8
  void AddBytes(std::string_view key, std::string_view bytes);
  void AddU32(std::string_view key, uint32_t value);
  void AddF32(std::string_view key, float value);

  // Throws Error(kBadInput) where the container cannot hold it: more than four dimensions, a name
  // longer than 63 bytes, an element type that ggml does not know. Names are distinct.
  void AddTensor(const std::string& name, DType dtype, const Shape& shape);

  // Writes the file, whole or not at all. `write_tensor(i, put)` hands the bytes of the tensor that
  // was added as number i to `put`, in any number of pieces. Throws Error(kFailure).
  void Write(const std::string& path,
             const std::function<void(size_t i, const PutBytes& put)>& write_tensor) const;

 private:
  template <class T>
  static void Append(std::string* to, T value);
  static void AppendText(std::string* to, std::string_view text);
  void BeginValue(std::string_view key, GgufType type);

  std::string values_, infos_;
  uint64_t value_count_ = 0;
  std::vector<uint64_t> tensor_bytes_;
  uint64_t data_bytes_ = 0;
};

}  // namespace musicgen::checkpoint
