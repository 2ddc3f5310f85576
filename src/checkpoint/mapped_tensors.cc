#include "checkpoint/mapped_tensors.h"

#include <cstdint>
#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace musicgen::checkpoint {

const MappedFile& MappedTensors::AddFile(std::shared_ptr<const MappedFile> file) {
  return *files_.emplace_back(std::move(file));
}

void MappedTensors::AddTensor(TensorView tensor) {
  names_.push_back(tensor.name);
  const bool is_new = tensors_.emplace(names_.back(), std::move(tensor)).second;
  MG_CHECK(is_new);
}

TensorView MappedTensors::Get(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    ThrowBadInput(where_, ": expected a tensor ", Printable(name), ", found none of this name");
  }
  return found->second;
}

void MappedTensors::Drop(const TensorView& tensor) const {
  // By address, so that a part of a tensor can be dropped too.
  const auto address = reinterpret_cast<uintptr_t>(tensor.data);
  for (const auto& file : files_) {
    const auto begin = reinterpret_cast<uintptr_t>(file->data());
    if (address < begin || address - begin >= file->size()) continue;
    file->Drop(address - begin, tensor.bytes());
  }
}

}  // namespace musicgen::checkpoint
