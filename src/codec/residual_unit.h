// SEANet's residual unit: shortcut(x) + Conv1(ELU(Conv3(ELU(x)))), the shortcut the identity or a
// convolution of one tap.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "nn/conv1d.h"
#include "nn/layer_stream.h"

namespace musicgen::codec {

class ResidualUnit : public nn::Layer {
 public:
  // `narrow` and `widen` see ELU of their input; `widen` has one tap, as has `shortcut`.
  ResidualUnit(nn::Conv1d narrow, nn::Conv1d widen, std::optional<nn::Conv1d> shortcut);

  std::unique_ptr<nn::LayerStream> NewStream() const override;
  int64_t in_channels() const override { return narrow_.in_channels(); }
  int64_t out_channels() const override { return widen_.out_channels(); }
  size_t bytes() const override;

 private:
  friend class ResidualUnitStream;
  nn::Conv1d narrow_;
  nn::Conv1d widen_;
  std::optional<nn::Conv1d> shortcut_;
};

class ResidualUnitStream : public nn::LayerStream {
 public:
  explicit ResidualUnitStream(const ResidualUnit& unit);

  void Reset() override;
  int64_t Begin(int64_t frames, bool last, nn::FloatBuffer* out) override;
  const float* Run(Worker& worker, const float* x, float* y) override;

 private:
  void CopySkip(const float* skip, Range frames, float* to) const;

  const int64_t channels_;
  nn::Conv1dStream narrow_;
  nn::Conv1dStream widen_;
  std::optional<nn::Conv1dStream> shortcut_;
  nn::FloatBuffer hidden_;
  nn::FloatBuffer skip_;  // the shortcut's output

  // The first convolution runs behind its input, so some frames of the skip wait for the next
  // chunk.
  nn::FloatBuffer waiting_;
  nn::FloatBuffer next_waiting_;
  int64_t waiting_frames_ = 0;
  int64_t next_waiting_frames_ = 0;
  int64_t outputs_ = 0;
};

}  // namespace musicgen::codec
