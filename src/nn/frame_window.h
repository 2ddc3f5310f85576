// A stretch of a stream's frames [time][channel] that slides along: what a layer still needs of the
// past, followed by the chunk at hand, contiguous so that overlapping rows can be multiplied in
// place.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "nn/float_buffer.h"

namespace musicgen::nn {

class FrameWindow {
 public:
  explicit FrameWindow(int64_t channels) : channels_(channels) {}

  // Keeps what it holds of frames [keep_from, known_end) and makes room for those up to `end`,
  // whose contents are undefined. Frames before keep_from are gone. keep_from must not lie before
  // begin().
  void Slide(int64_t keep_from, int64_t known_end, int64_t end);
  // Fills the frames with x [frames, channels], or with ELU(x). Every worker of the team calls it
  // and writes its share.
  void Fill(const Worker& worker, const float* x, Range frames, bool elu);
  void Reset() { begin_ = end_ = 0; }

  int64_t begin() const { return begin_; }
  int64_t channels() const { return channels_; }
  float* frame(int64_t index) const { return floats_.data() + (index - begin_) * channels_; }

 private:
  int64_t channels_;
  int64_t begin_ = 0;  // index of the first frame held
  int64_t end_ = 0;    // one past the last
  FloatBuffer floats_;
};

}  // namespace musicgen::nn
