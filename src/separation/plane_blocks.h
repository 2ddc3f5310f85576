// A plane's rows in blocks: what one thread computes at once, from a padded copy of its inputs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/thread_pool.h"
#include "nn/encoder_block.h"
#include "nn/float_buffer.h"
#include "separation/plane.h"

namespace musicgen::separation {

// Rows that go through a product at once: as many as the kernel takes (kernels/matmul.h), so that
// what they leave is still in a cache when the next step reads it.
inline constexpr int64_t kProductRows = 96;

// Some whole lines, or a stretch of one.
struct PlaneBlock {
  Range lines, positions;
};
// Blocks of about `rows` rows.
std::vector<PlaneBlock> CutPlane(int64_t lines, int64_t length, int64_t rows);

// Copies the rows of `lines` × `positions` of a plane, plus those of `skip` where it is given, to
// `to`, a line's beginning every `pitch` rows; rows outside of the plane are zeros, as are the rows
// between the lines.
void CopyPadded(const Plane& plane, const Plane* skip, Range lines, Range positions, int64_t pitch,
                float* to);

// Each thread's own memory for a block, that of planes which are no longer needed, and the
// transformer's: a segment takes a gigabyte one after the other, of which the system would clear
// every page anew. Serves one network.
class BlockScratch {
 public:
  explicit BlockScratch(int workers) : buffers_(static_cast<size_t>(workers)) {}
  // Room for so many floats, on this worker. Throws Error(kOutOfMemory).
  float* Get(const Worker& worker, int64_t floats) {
    nn::FloatBuffer& buffer = buffers_[static_cast<size_t>(worker.index())];
    buffer.Reserve(floats);
    return buffer.data();
  }

  // A plane whose values may be anything. Throws Error(kOutOfMemory).
  Plane NewPlane(int64_t lines, int64_t length, int64_t channels);
  void GiveBack(Plane plane) { free_.push_back(std::move(plane.values)); }

  // What transformer layers compute one branch's tokens in, within it or across; none until a layer
  // has made it.
  std::optional<nn::EncoderActivations>& Activations(bool time, bool cross) {
    return activations_[time][cross];
  }

 private:
  std::vector<nn::FloatBuffer> buffers_, free_;
  std::optional<nn::EncoderActivations> activations_[2][2];
};

// Calls `body` for items 0 … count − 1, each on one thread, in runs of the team that take some
// hundredths of a second at so many products an item. False once `stop` is set (null: nobody will).
bool RunItems(ThreadPool& team, int64_t count, int64_t products, const std::atomic<bool>* stop,
              const std::function<void(const Worker& worker, int64_t item)>& body);

}  // namespace musicgen::separation
