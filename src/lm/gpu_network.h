// The transformer on a graphics card, with the bits of lm/transformer.h.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "gpu/device.h"
#include "gpu/operations.h"
#include "lm/gpu_pages.h"
#include "lm/gpu_weights.h"
#include "lm/network.h"
#include "lm/transformer.h"
#include "nn/sinusoidal_positions.h"

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
  StageBytes StageWeightBytes() const override { return weights_.stage_bytes(); }
  uint64_t CacheBytesPerPosition() const override;
  StageClock& clock() override { return clock_; }

  int64_t free_pages() const { return pages_->free_pages(); }

 private:
  // What is recorded once and runs for all passes of its kind.
  struct Kind {
    int64_t rows;         // room for so many
    bool crosses, reads;  // whether any row has a cross-attention source, any wants its logits
    auto operator<=>(const Kind&) const = default;
  };
  const gpu::Recording& RecordingOf(const Kind& kind);
  gpu::Recording Record(const Kind& kind);
  gpu::Recording RecordCross(int64_t rows);
  void RecordLayer(gpu::Recorder& recorder, const Kind& kind, int64_t index);
  // At most gpu::kMostRows of them.
  void ForwardSome(std::span<const Row> rows);
  void Describe(const Row& row, size_t index);

  // The device first: all below is made of it.
  const std::shared_ptr<const gpu::Device> device_;
  const LmConfig config_;
  const nn::SinusoidalPositions positions_;
  const GpuWeights weights_;
  std::shared_ptr<GpuPages> pages_;

  gpu::Arena own_, upload_, download_;
  gpu::RowInputs in_;
  gpu::BufferRange conditions_;                                     // [rows, D]: rows of a source
  gpu::BufferRange x_, normed_, qkv_, attended_, hidden_, logits_;  // activations of kMostRows rows
  gpu::BufferRange read_back_;                                      // logits, on the host's side

  gpu::Operations operations_;
  std::map<Kind, gpu::Recording> recordings_;
  std::map<int64_t, gpu::Recording> cross_recordings_;
  StageClock clock_;
};

}  // namespace musicgen::lm
