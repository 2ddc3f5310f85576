#include "tensor/aligned_buffer.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "base/error.h"

namespace musicgen {
namespace {

TEST(AlignedBufferTest, IsZeroedAndAligned) {
  AlignedBuffer buffer(1000);
  EXPECT_EQ(buffer.bytes(), 1000u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % 64, 0u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(buffer.as<char>()[i], 0);
}

TEST(AlignedBufferTest, MovesItsMemory) {
  AlignedBuffer a(64);
  void* data = a.data();
  AlignedBuffer b(std::move(a));
  EXPECT_EQ(b.data(), data);
  AlignedBuffer c;
  c = std::move(b);
  EXPECT_EQ(c.data(), data);
  EXPECT_EQ(c.bytes(), 64u);
}

TEST(AlignedBufferTest, EmptyHoldsNothing) {
  EXPECT_EQ(AlignedBuffer(0).data(), nullptr);
  EXPECT_EQ(AlignedBuffer().bytes(), 0u);
}

TEST(AlignedBufferTest, SaysWhenThereIsNoMemory) {
  try {
    AlignedBuffer buffer(size_t{1} << 60);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kOutOfMemory);
  }
}

}  // namespace
}  // namespace musicgen
