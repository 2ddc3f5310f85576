#include "base/memory.h"

#include <gtest/gtest.h>

#include <cstring>

namespace musicgen {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

TEST(MemoryTest, PagesAreAlignedZeroedAndWritable) {
  for (size_t bytes : {size_t{1}, size_t{4096}, size_t{5000}, kMiB, 2 * kMiB, 5 * kMiB + 1}) {
    size_t mapped = 0;
    char* data = static_cast<char*>(AllocatePages(bytes, &mapped));
    ASSERT_NE(data, nullptr);
    EXPECT_GE(mapped, bytes);
    const size_t alignment = bytes >= 2 * kMiB ? 2 * kMiB : 64;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % alignment, 0u);
    for (size_t i = 0; i < bytes; i += 512) ASSERT_EQ(data[i], 0);
    std::memset(data, 1, mapped);
    FreePages(data, mapped);
  }
}

TEST(MemoryTest, ImpossibleSizesGiveNull) {
  size_t mapped = 0;
  EXPECT_EQ(AllocatePages(size_t{1} << 60, &mapped), nullptr);
  EXPECT_EQ(AllocatePages(SIZE_MAX, &mapped), nullptr);
}

TEST(MemoryTest, SystemSaysHowMuchThereIs) {
  EXPECT_GT(AvailableMemoryBytes(), kMiB);
  EXPECT_GT(PeakResidentBytes(), kMiB / 4);
}

TEST(MemoryTest, PeakGrowsWithUse) {
  const uint64_t before = PeakResidentBytes();
  size_t mapped = 0;
  void* data = AllocatePages(64 * kMiB, &mapped);
  ASSERT_NE(data, nullptr);
  std::memset(data, 1, 64 * kMiB);
  EXPECT_GE(PeakResidentBytes(), 64 * kMiB);
  EXPECT_GE(PeakResidentBytes(), before);
  FreePages(data, mapped);
}

}  // namespace
}  // namespace musicgen
