// Keys and values in a device's memory: pages of 64 positions, each in every layer, taken by
// sequences as they come and given back as they go.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "gpu/arena.h"
#include "gpu/operations.h"
#include "lm/lm_config.h"
#include "lm/network.h"

namespace musicgen::lm {

class GpuPages : public std::enable_shared_from_this<GpuPages> {
 public:
  // At most so many pages, and as many as the device has room for. Throws Error(kOutOfMemory).
  GpuPages(std::shared_ptr<const gpu::Device> device, const LmConfig& config,
           kernels::WeightFormat format, int64_t most_pages);

  // The pages of one sequence, given back when it is destroyed, on any thread. It keeps the memory
  // itself alive.
  class Cache : public Network::Cache {
   public:
    Cache(std::shared_ptr<GpuPages> owner, std::vector<uint32_t> pages)
        : owner_(std::move(owner)), pages_(std::move(pages)) {}
    ~Cache() override { owner_->Return(pages_); }
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;
    const std::vector<uint32_t>& pages() const { return pages_; }

   private:
    std::shared_ptr<GpuPages> owner_;
    std::vector<uint32_t> pages_;
  };
  // Throws Error(kOutOfMemory).
  std::unique_ptr<Cache> Take(int64_t positions);

  const gpu::KeyValuePages& layer(int64_t layer) const {
    return layers_[static_cast<size_t>(layer)];
  }
  // The part of `range` that is one page.
  gpu::BufferRange Page(gpu::BufferRange range, uint32_t page) const;
  uint64_t page_bytes() const;  // of a page in all layers
  int64_t pages() const { return pages_; }
  int64_t free_pages() const;

 private:
  void Return(const std::vector<uint32_t>& pages);

  const std::shared_ptr<const gpu::Device> device_;  // of which the arena is made
  gpu::Arena arena_;
  std::vector<gpu::KeyValuePages> layers_;
  uint64_t layer_page_bytes_ = 0;  // of keys or values
  int64_t pages_ = 0;
  mutable std::mutex mutex_;
  std::vector<uint32_t> free_;
};

// Pages that so many positions take.
int64_t PagesOf(int64_t positions);

}  // namespace musicgen::lm
