#include "gpu/recorder.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <new>

#include "base/error.h"
#include "gpu/operations.h"
#include "gpu/test_device.h"
#include "gpu/transfer.h"

namespace musicgen::gpu {
namespace {

struct Memory {
  explicit Memory(const Device& device)
      : own(device, MemoryKind::kDevice, 1 << 16), back(device, MemoryKind::kDownload, 1 << 16) {}
  Arena own, back;
};

std::vector<uint32_t> Words(uint32_t first, size_t count) {
  std::vector<uint32_t> words;
  for (size_t i = 0; i < count; ++i) words.push_back(first + static_cast<uint32_t>(i));
  return words;
}

TEST(RecorderTest, WhatIsUploadedInPiecesComesBack) {
  MUSICGEN_NEEDS_DEVICE();
  const Device& device = TestDevice();
  Memory memory(device);
  const std::vector<uint32_t> words = Words(5, 1000);
  const uint64_t bytes = words.size() * sizeof(uint32_t);
  const BufferRange there = memory.own.Allocate(bytes), back = memory.back.Allocate(bytes);
  Uploader uploader(device, 1024);
  uploader.Upload(std::as_bytes(std::span(words)), there);
  Recorder recorder(device);
  recorder.Copy(there, back);
  const Recording recording = recorder.Finish();
  for (int run = 0; run < 2; ++run) {
    std::memset(back.host, 0, bytes);
    device.Run(recording.commands(), "copying");
    EXPECT_EQ(std::memcmp(back.host, words.data(), bytes), 0);
  }
}

TEST(RecorderTest, BarriersGoWhereOneNeedsAnotherAndNowhereElse) {
  MUSICGEN_NEEDS_DEVICE();
  const Device& device = TestDevice();
  Memory memory(device);
  std::array<BufferRange, 4> at;
  for (BufferRange& range : at) range = memory.own.Allocate(256);
  Recorder recorder(device);
  recorder.Copy(at[0], at[1]);
  recorder.Copy(at[0], at[2]);  // both read the same
  EXPECT_EQ(recorder.barriers(), 0);
  recorder.Copy(at[1], at[3]);  // reads what was written
  EXPECT_EQ(recorder.barriers(), 1);
  recorder.Copy(at[0], at[1]);  // overwrites what is read
  EXPECT_EQ(recorder.barriers(), 2);
  recorder.Copy(at[2], at[1]);  // overwrites what is written
  EXPECT_EQ(recorder.barriers(), 3);
  device.Run(recorder.Finish().commands(), "copying");
}

// Not a test of ours but of Khronos's layer, which must say so (CMakeLists.txt).
TEST(NoBarrierTest, DISABLED_TheValidationLayerSeesIt) {
  MUSICGEN_NEEDS_DEVICE();
  const InstanceOptions options = {
      .replace = [](Functions& functions) { functions.vkCmdPipelineBarrier = [](auto...) {}; }};
  const Device device(Instance::Open(options), ListDevices().front());
  Memory memory(device);
  const BufferRange a = memory.own.Allocate(256), b = memory.own.Allocate(256);
  Recorder recorder(device);
  recorder.Copy(a, b);
  recorder.Copy(b, a);
  device.Run(recorder.Finish().commands(), "copying");
}

// Nor this: a row longer than the buffer that it is written to. (The layer compares with the
// buffer, not with the range of it that is bound.)
TEST(NoBoundsTest, DISABLED_TheValidationLayerSeesIt) {
  MUSICGEN_NEEDS_DEVICE();
  const Device& device = TestDevice();
  Arena own(device, MemoryKind::kDevice, 1 << 16), upload(device, MemoryKind::kUpload, 1 << 16);
  Arena small(device, MemoryKind::kDevice, 256);
  RowInputs in;
  in.table = upload.Allocate(sizeof(RowTable));
  (new (in.table.host) RowTable())->rows = 1;
  const BufferRange weight = own.Allocate(4096), x = own.Allocate(4096), y = small.Allocate(256);
  Operations operations(device);
  Recorder recorder(device);
  operations.Norm(recorder, in, x, weight, weight, 1e-5f, 1024, Which::kAllRows, 1, y);
  device.Run(recorder.Finish().commands(), "a norm");
}

TEST(ArenaTest, RangesDoNotOverlapAndKeepTheDevicesAlignment) {
  MUSICGEN_NEEDS_DEVICE();
  const Device& device = TestDevice();
  Arena arena(device, MemoryKind::kUpload, 4096);
  const BufferRange a = arena.Allocate(10), b = arena.Allocate(10), large = arena.Allocate(10000);
  EXPECT_EQ(a.buffer, b.buffer);
  EXPECT_GE(b.offset, a.offset + 10);
  EXPECT_EQ(b.offset % device.limits().offset_alignment, 0U);
  EXPECT_NE(large.buffer, a.buffer);
  EXPECT_GE(arena.bytes(), 4096U + 10000U);
}

TEST(ArenaTest, MoreThanThereIsIsAnErrorOfMemory) {
  MUSICGEN_NEEDS_DEVICE();
  Arena arena(TestDevice(), MemoryKind::kDevice, 4096);
  try {
    arena.Allocate(uint64_t{1} << 60);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kOutOfMemory) << error.what();
  }
}

}  // namespace
}  // namespace musicgen::gpu
