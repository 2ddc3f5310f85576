// The transformer on some device, as lm/network_backend.h drives it: keys and values of sequences,
// and one pass of any rows through the layers.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/thread_pool.h"
#include "lm/lm_config.h"
#include "lm/stage_clock.h"

namespace musicgen::lm {

// One owner drives it.
class Network {
 public:
  // Keys and values in every layer, of a sequence or of its cross-attention source. May be
  // destroyed on any thread, and after the network.
  class Cache {
   public:
    virtual ~Cache() = default;
  };
  using CacheHandle = std::unique_ptr<Cache>;

  // One position of one sequence: what a row computes does not depend on its neighbours.
  struct Row {
    Cache* cache = nullptr;        // of the sequence; receives this position's keys and values
    const Cache* cross = nullptr;  // null: the null condition, whose contribution is exactly zero
    int64_t cross_rows = 0;
    int64_t position = 0;             // counts every row of the sequence from 0, prefix included
    const int32_t* tokens = nullptr;  // [K] ids in [0, V], `token_stride` apart; or null, and then
    int64_t token_stride = 1;
    const float* vector = nullptr;  // [D], a prefix row
    float* logits = nullptr;        // [K, V], or null when nobody reads them
  };

  virtual ~Network() = default;

  virtual const LmConfig& config() const = 0;

  // All that computes throws gpu::DeviceLost where the device went away, and with it all caches.

  // For so many positions. Throws Error(kOutOfMemory).
  virtual CacheHandle NewCache(int64_t positions) = 0;
  // A copy of the first `positions`, of the same capacity. Throws the same.
  virtual CacheHandle Clone(const Cache& cache, int64_t positions) = 0;
  // What NewCache takes, and what there is for all caches; 0: unknown.
  virtual uint64_t CacheBytes(int64_t positions) const = 0;
  virtual uint64_t AvailableBytes() const = 0;

  // The keys and values of rows [rows.begin, rows.end) of a cross-attention source: conditions
  // [·, D]. A row depends on its own condition alone.
  virtual void PassCross(const float* conditions, Range rows, Cache& cross) = 0;
  // Runs the rows through every layer. Rows of one sequence must be in order of position, without
  // gaps, and follow what its cache already holds. A call that throws has not happened.
  virtual void Forward(std::span<const Row> rows) = 0;

  // Bytes of packed matrices that one step reads, and of keys and values that one row reads for
  // each position before it.
  virtual StageBytes StageWeightBytes() const = 0;
  virtual uint64_t CacheBytesPerPosition() const = 0;
  virtual StageClock& clock() = 0;
};

}  // namespace musicgen::lm
