// A model's tensors with adapters merged into them, one at a time.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "lora/merge.h"
#include "tensor/aligned_buffer.h"

namespace musicgen::lora {

// A merged tensor is made, in float, by each Get and given back by Drop of the same view, so that
// no more of them are in memory than the caller has in hand. Safe to use from several threads.
class MergedTensors : public checkpoint::TensorSource {
 public:
  // Merging uses up to so many threads.
  MergedTensors(std::shared_ptr<const checkpoint::TensorSource> inner, int threads)
      : inner_(std::move(inner)), threads_(threads) {}

  // Behind those that the tensor has already. Throws Error(kBadInput) when it does not fit.
  void Add(const std::string& tensor, Share share);

  const std::vector<std::string>& Names() const override { return inner_->Names(); }
  bool Has(const std::string& name) const override { return inner_->Has(name); }
  TensorView Describe(const std::string& name) const override;
  TensorView Get(const std::string& name) const override;
  void Drop(const TensorView& tensor) const override;
  const std::string& Where() const override { return inner_->Where(); }

 private:
  std::shared_ptr<const checkpoint::TensorSource> inner_;
  int threads_;
  std::unordered_map<std::string, std::vector<Share>> shares_;
  mutable std::mutex mutex_;
  mutable std::map<const void*, AlignedBuffer> merged_;  // in somebody's hands, by address
};

}  // namespace musicgen::lora
