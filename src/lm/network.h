// The transformer on some device, as lm/network_backend.h drives it: keys and values of sequences,
// one pass of any rows through the layers, and columns drawn from what comes out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "lm/guidance.h"
#include "lm/lm_config.h"
#include "lm/sampling.h"
#include "lm/stage_clock.h"

namespace musicgen::lm {

inline constexpr size_t kMostBranches = 4;
// A code that is not known yet, and one that could not be drawn.
inline constexpr int32_t kUnknownCode = -1;

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

  // A column that was drawn, and that the network keeps until the next but one of the same cache
  // is.
  struct KeptColumn {
    const Cache* cache = nullptr;  // of a sequence that it belongs to; null: none
    int64_t index = 0;             // in the pattern
  };

  // One position of one sequence: what a row computes does not depend on its neighbours.
  struct Row {
    Cache* cache = nullptr;        // of the sequence; receives this position's keys and values
    const Cache* cross = nullptr;  // null: the null condition, whose contribution is exactly zero
    int64_t cross_rows = 0;
    int64_t position = 0;             // counts every row of the sequence from 0, prefix included
    const int32_t* tokens = nullptr;  // [K] ids in [0, V], `token_stride` apart; or null, and then
    int64_t token_stride = 1;
    KeptColumn kept;                // in place of tokens
    const float* vector = nullptr;  // [D], a prefix row
    float* logits = nullptr;        // [K, V], or null when nobody reads them; not of Enqueue
    bool apart = false;             // may go in a pass of its own: less scratch, the same numbers
  };

  // A column to be drawn from the logits of rows that follow each other in a step, one for each
  // branch of guidance.
  struct Draw {
    struct Cell {
      int32_t given = kUnknownCode;  // a prompt's code or the special token: it stays
      uint32_t frame = 0;            // of the piece, for the random number
    };
    size_t row = 0;  // of the first branch
    size_t branches = 1;
    KeptColumn keep;
    GuidanceCoefs guidance;  // where there are several branches
    SamplingParams sampling;
    uint64_t seed = 0;
    uint32_t take = 0;
    std::vector<Cell> cells;  // [K]
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

  // A step: as Forward, and the draws from the logits of their rows, which come first and in the
  // draws' order. A network that runs ahead returns before it has happened; what is called later
  // happens after it.
  virtual void Enqueue(std::span<const Row> rows, std::span<const Draw> draws) = 0;
  // Codes [draws, K] of the oldest step that was enqueued and not taken, of which there must be
  // one; kUnknownCode where a logit is no number or infinite. None: they are not there yet, which
  // is not so with `wait`. When it throws, DropDrawn follows.
  virtual std::optional<std::vector<int32_t>> TakeDrawn(bool wait) = 0;
  // Drops what was enqueued and not taken.
  virtual void DropDrawn() noexcept = 0;
  // Steps that may be under way, so that the device has always something to do.
  virtual size_t run_ahead() const = 0;

  // Bytes of packed matrices that one step reads, and of keys and values that one row reads for
  // each position before it.
  virtual StageBytes StageWeightBytes() const = 0;
  virtual uint64_t CacheBytesPerPosition() const = 0;
  virtual StageClock& clock() = 0;
};

}  // namespace musicgen::lm
