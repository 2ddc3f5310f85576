#include "lora/merged_tensors.h"

#include <algorithm>
#include <utility>

namespace musicgen::lora {
namespace {

// Fewer elements are merged sooner than a team of threads is called together.
constexpr int64_t kElementsPerThread = int64_t{1} << 17;

}  // namespace

void MergedTensors::Add(const std::string& tensor, Share share) {
  CheckFits(inner_->Describe(tensor), share);
  shares_[tensor].push_back(std::move(share));
}

TensorView MergedTensors::Describe(const std::string& name) const {
  TensorView tensor = inner_->Describe(name);
  if (shares_.contains(name)) tensor.data = nullptr;
  return tensor;
}

TensorView MergedTensors::Get(const std::string& name) const {
  TensorView base = inner_->Get(name);
  const auto found = shares_.find(name);
  if (found == shares_.end()) return base;
  // At least a byte, so that every buffer has an address of its own.
  AlignedBuffer buffer(static_cast<size_t>(std::max<int64_t>(1, base.elements())) * sizeof(float));
  TensorView merged = {base.name, DType::kF32, base.shape, buffer.data()};
  ThreadPool pool(static_cast<int>(
      std::clamp<int64_t>(base.elements() / kElementsPerThread, 1, std::max(1, threads_))));
  Merge(pool, base, found->second, buffer.as<float>());
  inner_->Drop(base);
  const std::lock_guard<std::mutex> lock(mutex_);
  merged_.emplace(merged.data, std::move(buffer));
  return merged;
}

void MergedTensors::Drop(const TensorView& tensor) const {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    // A part of a merged tensor may be all that is dropped: the rest is still in use.
    const auto after = merged_.upper_bound(tensor.data);
    if (after != merged_.begin()) {
      const auto& [address, buffer] = *std::prev(after);
      const auto* begin = static_cast<const char*>(address);
      const auto* data = static_cast<const char*>(tensor.data);
      if (data < begin + buffer.bytes()) {
        if (data == begin && tensor.bytes() == buffer.bytes()) merged_.erase(std::prev(after));
        return;
      }
    }
  }
  inner_->Drop(tensor);
}

}  // namespace musicgen::lora
