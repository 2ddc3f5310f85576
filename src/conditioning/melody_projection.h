// The melody condition: chroma mapped to the language model's width.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "nn/linear.h"
#include "types/chroma.h"
#include "types/conditions.h"

namespace musicgen::conditioning {

class MelodyProjection {
 public:
  // The tensors must have passed CheckTensors against ExpectedProjection(kMelodyProjection, …).
  MelodyProjection(int64_t classes, int64_t width, const checkpoint::TensorSource& source);

  // chroma [frames, classes] → [frames, width], the bias added to every row. Unlike the text's, no
  // row is ever zeroed: the null melody is projected as any other. Thread-safe.
  ConditionRows Project(ThreadPool& pool, const Chroma& chroma) const;

  int64_t width() const { return linear_.outputs(); }
  size_t bytes() const { return linear_.bytes(); }

 private:
  nn::Linear linear_;
};

}  // namespace musicgen::conditioning
