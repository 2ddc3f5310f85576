// A LoRA adapter as PEFT saves it: what it changes of which tensor of its base model.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "checkpoint/tensor_source.h"
#include "lora/lora_config.h"

namespace musicgen::lora {

// B·A, of rank r. Of a linear layer's weight [N, K]: A [r, K], B [N, r]. Of an embedding [V, D],
// which PEFT keeps turned: A [r, V], B [D, r].
struct LowRank {
  TensorView a, b;
  bool embedding = false;
  double scale = 1;                     // alpha / rank, or alpha / √rank
  std::optional<TensorView> magnitude;  // DoRA: of a linear layer [N], of an embedding [D]
};

// What becomes of one tensor, in this order.
struct Change {
  std::optional<TensorView> whole;  // takes its place
  std::optional<LowRank> low_rank;  // is added
  std::optional<TensorView> shift;  // is added, `shift_scale` times: a vector beside B
  double shift_scale = 1;
};

class Adapter {
 public:
  // A directory with adapter_config.json and adapter_model.safetensors or adapter_model.bin, or one
  // of these two files with the configuration beside it. Checks all but what takes the base model.
  // Throws Error(kBadInput).
  static std::shared_ptr<const Adapter> Open(const std::string& path);

  const LoraConfig& config() const { return config_; }
  // By the names of tensors in the model that PEFT has wrapped: "decoder.lm_heads.0.weight", or
  // "lm_heads.0.weight" where that was the language model alone. Views live as long as this.
  const std::map<std::string, Change>& changes() const { return changes_; }
  const std::string& Where() const { return tensors_->Where(); }

 private:
  Adapter(LoraConfig config, std::unique_ptr<checkpoint::TensorSource> tensors);
  void Sort(const std::string& name);
  void Check(const std::string& tensor, const Change& change) const;

  LoraConfig config_;
  std::unique_ptr<checkpoint::TensorSource> tensors_;
  std::map<std::string, Change> changes_;
};

}  // namespace musicgen::lora
