#include "base/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

namespace musicgen {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

size_t RoundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }

// The number behind `key` of a /proc file, in bytes ("VmHWM:  123 kB").
uint64_t ProcKilobytes(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, key.size(), key) != 0) continue;
    return std::strtoull(line.c_str() + key.size(), nullptr, 10) * 1024;
  }
  return 0;
}

uint64_t FileNumber(const char* path, uint64_t otherwise) {
  std::ifstream file(path);
  uint64_t value = 0;
  return file >> value ? value : otherwise;
}

}  // namespace

void* AllocatePages(size_t bytes, size_t* mapped_bytes) {
  if (bytes > SIZE_MAX - 2 * kHugePage) return nullptr;
  const bool huge = bytes >= kHugePage;
  const size_t wanted = RoundUp(bytes, huge ? kHugePage : 4096);
  const size_t mapped = huge ? wanted + kHugePage : wanted;
  void* base = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return nullptr;
  *mapped_bytes = wanted;
  if (!huge) return base;
  // Trim to the alignment.
  const auto address = reinterpret_cast<uintptr_t>(base);
  const uintptr_t aligned = RoundUp(address, kHugePage);
  if (aligned > address) munmap(base, aligned - address);
  const size_t behind = address + mapped - (aligned + wanted);
  if (behind > 0) munmap(reinterpret_cast<void*>(aligned + wanted), behind);
  void* data = reinterpret_cast<void*>(aligned);
  madvise(data, wanted, MADV_HUGEPAGE);
  return data;
}

void FreePages(void* data, size_t mapped_bytes) { munmap(data, mapped_bytes); }

uint64_t AvailableMemoryBytes() {
  uint64_t available = ProcKilobytes("/proc/meminfo", "MemAvailable:");
  const uint64_t limit = FileNumber("/sys/fs/cgroup/memory.max", 0);
  if (limit > 0) {
    const uint64_t used = FileNumber("/sys/fs/cgroup/memory.current", 0);
    available = std::min(available, limit > used ? limit - used : 0);
  }
  return available;
}

uint64_t PeakResidentBytes() { return ProcKilobytes("/proc/self/status", "VmHWM:"); }

}  // namespace musicgen
