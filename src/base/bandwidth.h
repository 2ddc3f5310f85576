// How fast this machine's memory can be read: the bound of a decode step, which reads every weight
// once.
#pragma once

#include <cstddef>

#include "base/thread_pool.h"

namespace musicgen {

// A buffer that a team reads together, spread over huge pages and written first by those who will
// read it.
class MemoryReader {
 public:
  // `bytes` should be far more than the caches hold (less is used where memory is short). Throws
  // Error(kOutOfMemory) when there is not even that.
  MemoryReader(ThreadPool& pool, size_t bytes);
  ~MemoryReader();
  MemoryReader(const MemoryReader&) = delete;
  MemoryReader& operator=(const MemoryReader&) = delete;

  // Bytes per second of one pass over the buffer. What else runs disturbs it: take the best of
  // several.
  double Pass();

 private:
  ThreadPool& pool_;
  size_t bytes_ = 0;
  size_t mapped_bytes_ = 0;
  char* data_ = nullptr;
};

// The best of ten passes over `bytes`.
double MeasureReadBandwidth(ThreadPool& pool, size_t bytes = size_t{1} << 30);

}  // namespace musicgen
