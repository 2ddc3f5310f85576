// The arithmetic of merging, as PEFT's merge_and_unload has it, in float throughout.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/thread_pool.h"
#include "lora/adapter.h"
#include "tensor/tensor_view.h"

namespace musicgen::lora {

// One adapter's share of a tensor.
struct Share {
  std::shared_ptr<const Adapter> adapter;  // keeps `change` alive
  const Change* change = nullptr;
  double strength = 1;
};

// Throws Error(kBadInput) when the change does not fit a tensor of the base model of this
// description.
void CheckFits(const TensorView& base, const Share& share);

// The base's elements into `out`, with the shares one after the other: W becomes W + strength ·
// (W' − W), where W' is what the adapter alone makes of W. At strength 1 that is W' to the bit.
// Throws Error(kBadInput) when a finite number does not stay finite.
void Merge(ThreadPool& pool, const TensorView& base, std::span<const Share> shares, float* out);

}  // namespace musicgen::lora
