// A SEANet at work on one signal that arrives in chunks: the concatenated outputs are the same bits
// whatever the chunks and the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "codec/seanet.h"
#include "nn/layer_stream.h"

namespace musicgen::codec {

class SeanetStream {
 public:
  // The weights must outlive the stream.
  explicit SeanetStream(const Seanet& net);

  // Starts a new signal, keeping the buffers.
  void Reset();

  struct Output {
    const float* values;  // [frames, out], valid until the next Push
    int64_t frames;
  };
  // Feeds x [frames, in], frames ≥ 0, the end of the signal if `last`, and returns the outputs that
  // have become final. Throws Error(kOutOfMemory); then Reset before going on.
  Output Push(ThreadPool& pool, const float* x, int64_t frames, bool last);

  // Shows each layer's new outputs [frames, channels], by the checkpoint's numbering; activations,
  // which have numbers of their own there, are taken on the way into the next layer. Called on the
  // pool's first thread, for each layer in the order of the signal; must not throw.
  using Probe =
      std::function<void(int64_t index, const float* values, int64_t frames, int64_t channels)>;
  void SetProbe(Probe probe) { probe_ = std::move(probe); }

 private:
  // A segment of the chain (segments.h) at work.
  struct Part {
    Segment segment;
    nn::FloatBuffer buffers[2];  // layers write them in turn
    // Input that is gathered until there is enough of it, or no more comes in this Push.
    std::vector<float> waiting;
  };
  // Gives part `index` and, with what it makes of them, those behind it `frames` more frames;
  // `flush` if no more come in this Push.
  void Feed(ThreadPool& pool, size_t index, const float* x, int64_t frames, bool last, bool flush);
  // One piece through the layers of a part.
  Output Run(ThreadPool& pool, Part& part, const float* x, int64_t frames, bool last);

  struct Step {
    std::unique_ptr<nn::LayerStream> stream;
    int64_t frames = 0;  // outputs of the piece at hand
  };
  const Seanet& net_;
  std::vector<Step> steps_;
  std::vector<Part> parts_;
  std::vector<float> results_;
  Probe probe_;
};

}  // namespace musicgen::codec
