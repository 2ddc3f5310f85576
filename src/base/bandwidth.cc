#include "base/bandwidth.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

#include "base/error.h"
#include "base/memory.h"

namespace musicgen {
namespace {

constexpr int kPasses = 10;
constexpr size_t kLeastBytes = size_t{64} << 20;
constexpr size_t kLine = 64;
constexpr size_t kAhead = 16 * 1024;

// Sixteen bytes that any processor adds at once.
using Words = uint64_t __attribute__((vector_size(16), may_alias));

// Reads whole cache lines into four sums, so that no addition waits for another.
uint64_t ReadAll(const char* begin, const char* end) {
  Words a = {}, b = {}, c = {}, d = {};
  for (const char* line = begin; line < end; line += kLine) {
    __builtin_prefetch(line + kAhead);
    const Words* words = reinterpret_cast<const Words*>(line);
    a += words[0];
    b += words[1];
    c += words[2];
    d += words[3];
  }
  const Words sum = (a + b) + (c + d);
  return sum[0] + sum[1];
}

Range Share(const Worker& worker, size_t bytes) {
  return worker.Split(static_cast<int64_t>(bytes), int64_t{2} << 20);
}

}  // namespace

MemoryReader::MemoryReader(ThreadPool& pool, size_t bytes) : pool_(pool), bytes_(bytes) {
  const uint64_t available = AvailableMemoryBytes();
  while (available > 0 && bytes_ > kLeastBytes && bytes_ > available / 2) bytes_ /= 2;
  data_ = static_cast<char*>(AllocatePages(bytes_, &mapped_bytes_));
  if (data_ == nullptr) {
    throw Error(ErrorCode::kOutOfMemory, StrCat("out of memory: ", bytes_, " bytes wanted"));
  }
  // Pages never written are all one page of zeros.
  pool_.Run([&](Worker& worker) {
    const Range own = Share(worker, bytes_);
    std::memset(data_ + own.begin, 1, static_cast<size_t>(own.size()));
  });
}

MemoryReader::~MemoryReader() { FreePages(data_, mapped_bytes_); }

double MemoryReader::Pass() {
  std::atomic<uint64_t> sum{0};  // keeps the reads
  const auto start = std::chrono::steady_clock::now();
  pool_.Run([&](Worker& worker) {
    const Range own = Share(worker, bytes_);
    sum.fetch_add(ReadAll(data_ + own.begin, data_ + own.end), std::memory_order_relaxed);
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return static_cast<double>(bytes_) / took.count();
}

double MeasureReadBandwidth(ThreadPool& pool, size_t bytes) {
  MemoryReader reader(pool, bytes);
  double best = 0;
  for (int pass = 0; pass < kPasses; ++pass) best = std::max(best, reader.Pass());
  return best;
}

}  // namespace musicgen
