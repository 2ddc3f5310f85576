// Tensors of another source under other names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "checkpoint/tensor_source.h"

namespace musicgen::model {

class RenamedTensors : public checkpoint::TensorSource {
 public:
  explicit RenamedTensors(std::shared_ptr<const checkpoint::TensorSource> inner)
      : inner_(std::move(inner)) {}

  // Tensor `inner`, or block `part` of its rows in `parts` equal ones. Throws Error(kBadInput) when
  // the name is taken.
  void Add(std::string name, const std::string& inner, int64_t part = 0, int64_t parts = 1);

  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return places_.count(name) != 0; }
  TensorView Get(const std::string& name) const override;
  void Drop(const TensorView& tensor) const override { inner_->Drop(tensor); }
  const std::string& Where() const override { return inner_->Where(); }

 private:
  struct Place {
    std::string inner;
    int64_t part, parts;
  };
  std::shared_ptr<const checkpoint::TensorSource> inner_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, Place> places_;
};

// The source without the tensors of these names.
std::shared_ptr<const checkpoint::TensorSource> Without(
    std::shared_ptr<const checkpoint::TensorSource> source, const std::vector<std::string>& names);

}  // namespace musicgen::model
