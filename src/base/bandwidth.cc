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

}  // namespace

double MeasureReadBandwidth(ThreadPool& pool, size_t bytes) {
  const uint64_t available = AvailableMemoryBytes();
  while (available > 0 && bytes > (size_t{64} << 20) && bytes > available / 2) bytes /= 2;
  size_t mapped = 0;
  char* data = static_cast<char*>(AllocatePages(bytes, &mapped));
  if (data == nullptr) {
    throw Error(ErrorCode::kOutOfMemory, StrCat("out of memory: ", bytes, " bytes wanted"));
  }
  const auto share = [&](const Worker& worker) {
    return worker.Split(static_cast<int64_t>(bytes), int64_t{2} << 20);
  };
  // Written first by those who will read it: pages never written are all one page of zeros.
  pool.Run([&](Worker& worker) {
    const Range own = share(worker);
    std::memset(data + own.begin, 1, static_cast<size_t>(own.size()));
  });
  std::atomic<uint64_t> sum{0};  // keeps the reads
  double best_s = 0;
  for (int pass = 0; pass < kPasses; ++pass) {
    const auto start = std::chrono::steady_clock::now();
    pool.Run([&](Worker& worker) {
      const Range own = share(worker);
      sum.fetch_add(ReadAll(data + own.begin, data + own.end), std::memory_order_relaxed);
    });
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best_s = pass == 0 ? took.count() : std::min(best_s, took.count());
  }
  FreePages(data, mapped);
  return static_cast<double>(bytes) / best_s;
}

}  // namespace musicgen
