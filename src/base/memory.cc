#include "base/memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/control_group.h"

namespace musicgen {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kStretch = size_t{64} << 20;
constexpr size_t kLargeBlock = size_t{16} << 20;

size_t RoundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }

// Aligned to huge pages; `bytes` is a multiple of them. Null when there is no memory.
void* MapHugePages(size_t bytes) {
  const size_t mapped = bytes + kHugePage;
  void* base = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return nullptr;
  // Trim to the alignment.
  const auto address = reinterpret_cast<uintptr_t>(base);
  const uintptr_t aligned = RoundUp(address, kHugePage);
  if (aligned > address) munmap(base, aligned - address);
  const size_t behind = address + mapped - (aligned + bytes);
  if (behind > 0) munmap(reinterpret_cast<void*>(aligned + bytes), behind);
  void* data = reinterpret_cast<void*>(aligned);
  madvise(data, bytes, MADV_HUGEPAGE);
  return data;
}

// Stretches of huge pages that are given out from front to back, and returned to the system when
// every block of them is free. Until then the pages of a free block are returned, its addresses
// not.
class Stretches {
 public:
  static Stretches& Shared() {
    static Stretches* shared = new Stretches;  // outlives every static buffer
    return *shared;
  }

  // `bytes` is a multiple of the page size, below kLargeBlock.
  void* Allocate(size_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stretches_.count(current_) == 0 || bytes > kStretch - used_) {
      void* data = MapHugePages(kStretch);
      if (data == nullptr) return nullptr;
      current_ = reinterpret_cast<uintptr_t>(data);
      used_ = 0;
      stretches_[current_] = 0;
    }
    ++stretches_[current_];
    used_ += bytes;
    return reinterpret_cast<void*>(current_ + used_ - bytes);
  }

  // False when the block has pages of its own.
  bool Free(void* data, size_t bytes) {
    const auto address = reinterpret_cast<uintptr_t>(data);
    const std::lock_guard<std::mutex> lock(mutex_);
    auto behind = stretches_.upper_bound(address);
    if (behind == stretches_.begin()) return false;
    const auto stretch = std::prev(behind);
    if (address - stretch->first >= kStretch) return false;
    if (--stretch->second == 0) {
      munmap(reinterpret_cast<void*>(stretch->first), kStretch);
      stretches_.erase(stretch);
    } else {
      madvise(data, bytes, MADV_DONTNEED);
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::map<uintptr_t, size_t> stretches_;  // blocks in use, by where a stretch begins
  uintptr_t current_ = 0;                  // the one that blocks are cut from, and how far
  size_t used_ = 0;
};

// The number behind `key` of a /proc file, in bytes ("VmHWM:  123 kB").
uint64_t ProcKilobytes(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, key.size(), key) != 0) continue;
    return std::strtoull(line.c_str() + key.size(), nullptr, 10) * 1024;
  }
  return 0;
}

}  // namespace

void* AllocatePages(size_t bytes, size_t* mapped_bytes) {
  if (bytes > SIZE_MAX - 2 * kHugePage) return nullptr;
  if (bytes < kLargeBlock) {
    *mapped_bytes = RoundUp(bytes, kPage);
    if (void* data = Stretches::Shared().Allocate(*mapped_bytes)) return data;
  }
  *mapped_bytes = RoundUp(bytes, kHugePage);
  return MapHugePages(*mapped_bytes);
}

void FreePages(void* data, size_t mapped_bytes) {
  if (!Stretches::Shared().Free(data, mapped_bytes)) munmap(data, mapped_bytes);
}

void ReleaseFreedMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

uint64_t AvailableMemoryBytes() {
  uint64_t available = ProcKilobytes("/proc/meminfo", "MemAvailable:");
  if (const std::optional<uint64_t> group = ControlGroupFreeBytes()) {
    available = available == 0 ? *group : std::min(available, *group);
    available = std::max<uint64_t>(available, 1);  // none at all is known, too
  }
  return available;
}

uint64_t PeakResidentBytes() { return ProcKilobytes("/proc/self/status", "VmHWM:"); }

}  // namespace musicgen
