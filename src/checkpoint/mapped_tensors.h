// Tensors that lie in memory-mapped files.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mapped_file.h"
#include "checkpoint/tensor_source.h"

namespace musicgen::checkpoint {

class MappedTensors : public TensorSource {
 public:
  explicit MappedTensors(std::string where) : where_(std::move(where)) {}

  const MappedFile& AddFile(std::shared_ptr<const MappedFile> file);
  // `tensor` points into one of the files; its name is new.
  void AddTensor(TensorView tensor);

  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return tensors_.count(name) != 0; }
  TensorView Get(const std::string& name) const override;
  void Drop(const TensorView& tensor) const override;
  const std::string& Where() const override { return where_; }

 private:
  std::string where_;
  std::vector<std::shared_ptr<const MappedFile>> files_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, TensorView> tensors_;
};

}  // namespace musicgen::checkpoint
