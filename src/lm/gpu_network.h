// The transformer on a graphics card, with the bits of lm/transformer.h, and the drawing of columns
// there, with those of lm/column_drawer.h.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gpu/device.h"
#include "lm/gpu_pages.h"
#include "lm/gpu_passes.h"
#include "lm/gpu_step.h"
#include "lm/gpu_weights.h"
#include "lm/network.h"
#include "lm/transformer.h"

namespace musicgen::lm {

class GpuNetwork : public Network {
 public:
  // Moves the weights to the device; `pool` packs them. The tensors are as Transformer wants them.
  // Throws Error.
  GpuNetwork(std::shared_ptr<const gpu::Device> device, ThreadPool& pool, const LmConfig& config,
             const checkpoint::TensorSource& source, const std::string& prefix, Formats formats);

  const LmConfig& config() const override { return config_; }
  CacheHandle NewCache(int64_t positions) override;
  CacheHandle Clone(const Cache& cache, int64_t positions) override;
  uint64_t CacheBytes(int64_t positions) const override;
  uint64_t AvailableBytes() const override;
  void PassCross(const float* conditions, Range rows, Cache& cross) override;
  void Forward(std::span<const Row> rows) override;
  void Enqueue(std::span<const Row> rows, std::span<const Draw> draws) override;
  std::optional<std::vector<int32_t>> TakeDrawn(bool wait) override;
  void DropDrawn() noexcept override { passes_.DropDrawn(); }
  size_t run_ahead() const override;
  StageBytes StageWeightBytes() const override { return weights_.stage_bytes(); }
  uint64_t CacheBytesPerPosition() const override;
  StageClock& clock() override { return clock_; }

  int64_t free_pages() const { return pages_->free_pages(); }

 private:
  // The device first: all below is made of it.
  const std::shared_ptr<const gpu::Device> device_;
  const LmConfig config_;
  const GpuWeights weights_;
  std::shared_ptr<GpuPages> pages_;
  GpuStep step_;
  GpuPasses passes_;
  StageClock clock_;
};

}  // namespace musicgen::lm
