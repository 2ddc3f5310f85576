// Layers over time that are fed in chunks. The weights (Layer) are immutable and shared; what
// carries over from chunk to chunk is a LayerStream. However a signal is cut into chunks, the
// outputs put together are the same bits, because every output frame is the same chain of
// operations on the same inputs.
//
// Data is [time][channel]. A chunk goes through in two steps: Begin on one thread (books the
// frames, sizes the buffers, may throw), then Run on the whole team (computes, never throws).
#pragma once

#include <cstdint>
#include <memory>

#include "base/thread_pool.h"
#include "nn/float_buffer.h"

namespace musicgen::nn {

class LayerStream {
 public:
  virtual ~LayerStream() = default;

  // Starts a new signal, keeping the buffers.
  virtual void Reset() = 0;
  // Announces the next `frames` ≥ 0 input frames, the last ones of the signal if `last`, and makes
  // room in `out`. Returns how many output frames become final with them. Throws
  // Error(kOutOfMemory).
  virtual int64_t Begin(int64_t frames, bool last, FloatBuffer* out) = 0;
  // Takes the announced frames from x [frames, in] and computes the final outputs into y, the
  // buffer given to Begin; returns where in y they begin. Every worker of the team calls it once;
  // nobody writes y before all workers have called it, and when it returns all of y is written. x
  // must not overlap y.
  virtual const float* Run(Worker& worker, const float* x, float* y) = 0;
};

class Layer {
 public:
  virtual ~Layer() = default;
  // A stream over these weights, which must outlive it.
  virtual std::unique_ptr<LayerStream> NewStream() const = 0;
  virtual int64_t in_channels() const = 0;
  virtual int64_t out_channels() const = 0;
  virtual size_t bytes() const = 0;  // of the weights
};

}  // namespace musicgen::nn
