// adapter_config.json, as PEFT writes it beside a LoRA adapter's weights.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/config.h"

namespace musicgen::lora {

inline constexpr int64_t kMostRank = 65536;

struct LoraConfig {
  int64_t rank = 8;
  double alpha = 8;
  bool rank_stabilised = false;  // scale alpha / √rank
  bool dora = false;  // the weights' directions alone are low-rank, magnitudes are vectors
  // Modules (module_pattern.h) that have a rank or an alpha of their own; the first that fits
  // counts.
  std::vector<std::pair<std::string, int64_t>> rank_pattern;
  std::vector<std::pair<std::string, double>> alpha_pattern;
  std::string base_model;  // as the adapter's author names it; may be empty

  // Of a module's path in the base model.
  int64_t RankOf(const std::string& module) const;
  double ScaleOf(const std::string& module) const;
};

// Throws Error(kBadInput) for a kind of adapter other than LoRA, and for a LoRA that is more than
// B·A added to a matrix, with or without magnitudes.
LoraConfig ReadLoraConfig(const checkpoint::Config& config);

}  // namespace musicgen::lora
