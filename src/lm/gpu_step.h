// What a device computes of a pass: its activations, and the commands, which are recorded once for
// each kind of pass and run for all of that kind.
#pragma once

#include <map>

#include "gpu/device.h"
#include "gpu/operations.h"
#include "lm/gpu_inputs.h"
#include "lm/gpu_pages.h"
#include "lm/gpu_weights.h"
#include "lm/transformer.h"

namespace musicgen::lm {

class GpuStep {
 public:
  // All of them outlive it. Throws Error.
  GpuStep(const gpu::Device& device, const LmConfig& config, const GpuWeights& weights,
          const GpuPages& pages, Formats formats);

  struct Kind {
    int64_t rows;  // room for so many
    // Whether any row has a cross-attention source, any hands its logits out, anything is drawn.
    bool crosses, reads, draws;
    auto operator<=>(const Kind&) const = default;
  };
  // From `inputs` to the keys and values in the pages, the logits of rows that read on the host's
  // side, or the codes of columns.
  const gpu::Recording& Of(const Kind& kind);
  // From the rows of a cross-attention source in `conditions` to its keys and values.
  const gpu::Recording& OfCross(int64_t rows);

  const GpuInputs& inputs() const { return inputs_; }                   // on the device's side
  const gpu::BufferRange& conditions() const { return conditions_; }    // [rows, D], on the host's
  const gpu::BufferRange& host_logits() const { return host_logits_; }  // [rows, K, V], likewise
  const gpu::BufferRange& codes() const { return drawn_.codes; }        // [draws, K], the device's

 private:
  gpu::Recording Record(const Kind& kind);
  gpu::Recording RecordCross(int64_t rows);
  void RecordLayer(gpu::Recorder& recorder, const Kind& kind, int64_t index);

  const gpu::Device& device_;
  const LmConfig config_;
  const GpuWeights& weights_;
  const GpuPages& pages_;

  gpu::Arena own_, upload_, download_;
  GpuInputs inputs_;
  gpu::BufferRange conditions_;
  gpu::BufferRange x_, normed_, qkv_, attended_, hidden_, logits_;  // activations of kMostRows rows
  gpu::BufferRange host_logits_;
  gpu::DrawOutputs drawn_;

  gpu::Operations operations_;
  std::map<Kind, gpu::Recording> recordings_;
  std::map<int64_t, gpu::Recording> cross_recordings_;
};

}  // namespace musicgen::lm
