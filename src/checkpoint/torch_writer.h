// Files that torch.load(weights_only=True) reads.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "checkpoint/tensor_stream.h"
#include "checkpoint/zip_records.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace musicgen::checkpoint {

struct TorchTensorToWrite {
  std::string name;
  DType dtype = DType::kF32;
  Shape shape;
  std::vector<std::string_view> parts;  // its bytes, row-major, put behind each other
  // Or what hands them over when the tensor's turn comes; then there are no parts.
  std::function<void(const PutBytes& put)> write = {};
};

using TorchTensors = std::vector<TorchTensorToWrite>;
using TorchStrings = std::vector<std::pair<std::string, std::string>>;
// A dict: names → texts, flags, dicts of tensors, dicts of texts. Names are distinct.
using TorchDict = std::vector<
    std::pair<std::string, std::variant<std::string, bool, TorchTensors, TorchStrings>>>;

// Writes a torch.save file, whole or not at all. The same content gives the same bytes. Sizes from
// `wide_from` on are written as ZIP64. Throws Error(kFailure).
void WriteTorchFile(const std::string& path, const TorchDict& dict,
                    uint64_t wide_from = zip::kIn64);

}  // namespace musicgen::checkpoint
