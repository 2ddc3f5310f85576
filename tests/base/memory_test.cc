#include "base/memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace musicgen {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

TEST(MemoryTest, PagesAreAlignedZeroedAndWritable) {
  for (size_t bytes : {size_t{1}, size_t{4096}, size_t{5000}, kMiB, 2 * kMiB, 5 * kMiB + 1,
                       16 * kMiB - 1, 16 * kMiB, 40 * kMiB + 1}) {
    size_t mapped = 0;
    char* data = static_cast<char*>(AllocatePages(bytes, &mapped));
    ASSERT_NE(data, nullptr);
    EXPECT_GE(mapped, bytes);
    const size_t alignment = bytes >= 16 * kMiB ? 2 * kMiB : 4096;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % alignment, 0u);
    for (size_t i = 0; i < bytes; i += 512) ASSERT_EQ(data[i], 0);
    std::memset(data, 1, mapped);
    FreePages(data, mapped);
  }
}

TEST(MemoryTest, BlocksKeepTheirBytesAndComeBackZeroed) {
  struct Block {
    char* data;
    size_t mapped;
  };
  std::vector<Block> blocks;
  // More than one stretch of 64 MiB, freed in another order than allocated.
  for (int round = 0; round < 3; ++round) {
    for (char i = 0; i < 40; ++i) {
      Block block{};
      block.data = static_cast<char*>(AllocatePages(3 * kMiB + 5, &block.mapped));
      ASSERT_NE(block.data, nullptr);
      for (size_t at = 0; at < block.mapped; at += 4096) ASSERT_EQ(block.data[at], 0);
      std::memset(block.data, i + 1, block.mapped);
      blocks.push_back(block);
    }
    for (size_t i = 0; i < blocks.size(); i += 2) {
      const char first = blocks[i].data[0];
      for (size_t at = 0; at < blocks[i].mapped; at += 4096) ASSERT_EQ(blocks[i].data[at], first);
      FreePages(blocks[i].data, blocks[i].mapped);
      blocks[i] = blocks.back();
      blocks.pop_back();
    }
  }
  for (const Block& block : blocks) FreePages(block.data, block.mapped);
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
