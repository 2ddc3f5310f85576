// Passes under way on a device: each has inputs of its own on the host's side, so that the next one
// can be described while it runs.
#pragma once

#include <array>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "gpu/submission.h"
#include "lm/gpu_inputs.h"
#include "lm/gpu_step.h"

namespace musicgen::lm {

class GpuPasses {
 public:
  // Both outlive it. Throws Error.
  GpuPasses(const gpu::Device& device, const LmConfig& config, GpuStep& step);

  // At most gpu::kMostRows rows. They have passed when this returns; logits are in the step's
  // host_logits.
  void Run(std::span<const Network::Row> rows);
  // At most so many rows of a cross-attention source, likewise.
  void RunCross(const float* conditions, int64_t position, size_t rows,
                const Network::Cache& cross);

  // As Network has them.
  void Enqueue(std::span<const Network::Row> rows, std::span<const Network::Draw> draws);
  std::optional<std::vector<int32_t>> TakeDrawn(bool wait);
  void DropDrawn() noexcept;

 private:
  // What a step of any number of passes draws.
  struct Drawn {
    std::vector<int32_t> codes;  // [draws, K]
    std::exception_ptr error;    // of one of its passes
  };
  struct Slot {
    Slot(const gpu::Device& device, gpu::Arena& upload, gpu::Arena& download,
         const LmConfig& config);
    GpuInputs inputs;
    gpu::BufferRange codes;  // [draws, K], on the host's side
    gpu::Submission run;
    std::map<int64_t, gpu::Recording> copies_in;  // of so many rows
    std::optional<gpu::Recording> copy_out;
    Drawn* drawn = nullptr;  // where the codes go, from the first one's place on
    size_t first = 0, count = 0;
  };
  // One that nothing uses.
  Slot& Next();
  void Finish(Slot& slot);
  const gpu::Recording& CopyIn(Slot& slot, int64_t rows);
  const gpu::Recording& CopyOut(Slot& slot);
  Slot& Start(std::span<const Network::Row> rows, std::span<const Network::Draw> draws,
              size_t first_row);

  const gpu::Device& device_;
  const LmConfig config_;
  const GpuDescriber describer_;
  GpuStep& step_;
  gpu::Arena upload_, download_;
  std::deque<Drawn> drawn_;  // oldest first
  std::vector<std::unique_ptr<Slot>> slots_;
  size_t next_ = 0;
};

}  // namespace musicgen::lm
