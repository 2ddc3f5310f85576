// A language model in training as the tensors of a checkpoint.
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "train/lm/lm_model.h"

namespace musicgen::train {

// Its parts under their Hugging Face names, f32, as they are while this lives; of a model on
// another device, copies.
class LmTensors : public checkpoint::TensorSource {
 public:
  // `all`: the text encoder's too.
  LmTensors(const LmModel& model, bool all);

  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return tensors_.count(name) != 0; }
  TensorView Get(const std::string& name) const override;
  void Drop(const TensorView&) const override {}
  const std::string& Where() const override { return where_; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, at::Tensor> tensors_;
  std::string where_ = "the trained model";
};

}  // namespace musicgen::train
