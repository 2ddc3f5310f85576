#include "lm/gpu_pages.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.h"

namespace musicgen::lm {

int64_t PagesOf(int64_t positions) {
  return (positions + gpu::kPagePositions - 1) / gpu::kPagePositions;
}

GpuPages::GpuPages(std::shared_ptr<const gpu::Device> device, const LmConfig& config,
                   kernels::WeightFormat format, int64_t most_pages)
    : device_(std::move(device)),
      arena_(*device_, gpu::MemoryKind::kDevice, 0),
      layer_page_bytes_(gpu::PageBytes(format, config.heads, config.head_dim())) {
  layers_.resize(static_cast<size_t>(config.layers));
  const uint64_t bound =
      std::min(device_->limits().binding_bytes, device_->limits().allocation_bytes);
  // Some is left to other programs and to what the driver keeps.
  const uint64_t room = device_->AvailableBytes() / 10 * 9;
  pages_ = std::min({most_pages, static_cast<int64_t>(bound / layer_page_bytes_),
                     static_cast<int64_t>(room / page_bytes())});
  if (pages_ == 0) {
    throw Error(ErrorCode::kOutOfMemory,
                StrCat("Vulkan device ", device_->info().name, ": expected ", page_bytes(),
                       " bytes for keys and values, found ", room));
  }
  for (gpu::KeyValuePages& layer : layers_) {
    layer.format = format;
    layer.keys = arena_.Allocate(static_cast<uint64_t>(pages_) * layer_page_bytes_);
    layer.values = arena_.Allocate(static_cast<uint64_t>(pages_) * layer_page_bytes_);
  }
  free_.resize(static_cast<size_t>(pages_));
  std::iota(free_.rbegin(), free_.rend(), 0u);  // page 0 goes first
}

uint64_t GpuPages::page_bytes() const { return 2 * layers_.size() * layer_page_bytes_; }

int64_t GpuPages::free_pages() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int64_t>(free_.size());
}

gpu::BufferRange GpuPages::Page(gpu::BufferRange range, uint32_t page) const {
  range.offset += page * layer_page_bytes_;
  range.bytes = layer_page_bytes_;
  return range;
}

std::unique_ptr<GpuPages::Cache> GpuPages::Take(int64_t positions) {
  const int64_t wanted = PagesOf(positions);
  if (wanted > gpu::kMostPages) {
    throw Error(ErrorCode::kOutOfMemory, StrCat("Vulkan: expected at most ", gpu::kMostPositions,
                                                " positions in a window, found ", positions));
  }
  std::vector<uint32_t> pages;
  pages.reserve(static_cast<size_t>(wanted));
  std::lock_guard<std::mutex> lock(mutex_);
  if (static_cast<int64_t>(free_.size()) < wanted) {
    throw Error(ErrorCode::kOutOfMemory,
                StrCat("Vulkan: expected ", wanted, " free pages for keys and values, found ",
                       free_.size(), " of ", pages_));
  }
  pages.assign(free_.rbegin(), free_.rbegin() + wanted);
  auto cache = std::make_unique<Cache>(shared_from_this(), std::move(pages));
  free_.resize(free_.size() - static_cast<size_t>(wanted));
  return cache;
}

void GpuPages::Return(const std::vector<uint32_t>& pages) {
  std::lock_guard<std::mutex> lock(mutex_);
  free_.insert(free_.end(), pages.rbegin(), pages.rend());  // within its capacity
}

}  // namespace musicgen::lm
