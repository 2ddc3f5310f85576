// The text condition: T5 states mapped to the language model's width, and which prompts are none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "conditioning/reference.h"
#include "kernels/packed_matrix.h"
#include "nn/linear.h"
#include "types/conditions.h"

namespace musicgen::conditioning {

// Whether a prompt is the null condition, which has no rows: both references multiply its vectors
// by a mask of zeros after the projection (bias included), and keys and values of zero vectors
// contribute exactly nothing to cross-attention.
//   prompt       transformers            AudioCraft
//   none         null                    null
//   ""           one token, </s>         null
//   " "          one token, </s>         one token, </s>
// Only AudioCraft's test is for "" itself; white space is encoded in both.
bool IsNullPrompt(const std::optional<std::string>& prompt, Reference reference);

class TextProjection {
 public:
  // The tensors must have passed CheckTensors against ExpectedTextProjection.
  TextProjection(int64_t text_width, int64_t width, const checkpoint::TensorSource& source,
                 kernels::WeightFormat format);

  // hidden [rows, text_width] → [rows, width], the bias added to every row. Thread-safe.
  ConditionRows Project(ThreadPool& pool, const std::vector<float>& hidden, int64_t rows) const;

  int64_t text_width() const { return text_width_; }
  int64_t width() const { return width_; }
  size_t bytes() const { return linear_ ? linear_->bytes() : 0; }

 private:
  int64_t text_width_;
  int64_t width_;
  std::optional<nn::Linear> linear_;  // none: the identity
};

}  // namespace musicgen::conditioning
