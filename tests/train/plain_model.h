// MusicGen's language model in plain PyTorch arithmetic: one item at a time, without padding, one
// tensor for each name of the Hugging Face layout. What the trained modules are compared with.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <vector>

#include "train/lm/batch.h"
#include "train/lm/lm_model.h"

namespace musicgen::train {

class PlainModel {
 public:
  // Copies of the model's weights, which require gradient.
  explicit PlainModel(const LmModel& model);

  // T5's last hidden states [S, d_model].
  at::Tensor TextStates(const TokenIds& text) const;
  // [K, T, V]: the prediction of every code of an item; NaN where there is none.
  at::Tensor Logits(const TrainingItem& item) const;
  at::Tensor Loss(const std::vector<ItemGroup>& groups) const;

  const std::map<std::string, at::Tensor>& weights() const { return weights_; }

 private:
  const at::Tensor& W(const std::string& name) const { return weights_.at(name + ".weight"); }
  at::Tensor Norm(const std::string& name, const at::Tensor& x) const;
  at::Tensor RmsNorm(const std::string& name, const at::Tensor& x) const;
  at::Tensor RelativeBias(int64_t length) const;

  LmModelConfig config_;
  std::map<std::string, at::Tensor> weights_;
};

}  // namespace musicgen::train
