#include "gpu/device_speed.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>

#include "gpu/open_device.h"
#include "gpu/operations.h"

namespace musicgen::gpu {
namespace {

constexpr uint64_t kCopyBytes = uint64_t{256} << 20;
constexpr int kCopies = 8, kDispatches = 512, kRuns = 5;
constexpr int64_t kWidth = 64;

double BestOf(const Device& device, const Recording& recording) {
  using Clock = std::chrono::steady_clock;
  double best_s = 0;
  for (int i = 0; i < kRuns + 1; ++i) {
    const Clock::time_point start = Clock::now();
    device.Run(recording.commands(), "measuring its speed");
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (i > 0) best_s = best_s == 0 ? seconds : std::min(best_s, seconds);  // the first warms up
  }
  return best_s;
}

double CopyBytesPerSecond(const Device& device) {
  const uint64_t bytes =
      std::min({kCopyBytes, device.limits().allocation_bytes / 2, device.AvailableBytes() / 4});
  Arena arena(device, MemoryKind::kDevice, 0);
  const BufferRange from = arena.Allocate(bytes), to = arena.Allocate(bytes);
  Recorder recorder(device);
  for (int i = 0; i < kCopies; ++i) recorder.Copy(i % 2 == 0 ? from : to, i % 2 == 0 ? to : from);
  return 2.0 * kCopies * static_cast<double>(bytes) / BestOf(device, recorder.Finish());
}

double DispatchSeconds(const Device& device) {
  Arena own(device, MemoryKind::kDevice, 0), upload(device, MemoryKind::kUpload, 0);
  RowInputs in;
  in.table = upload.Allocate(sizeof(RowTable));
  (new (in.table.host) RowTable())->rows = 1;
  const uint64_t bytes = kWidth * sizeof(float);
  const BufferRange x = own.Allocate(bytes), y = own.Allocate(bytes), weight = own.Allocate(bytes);
  Operations operations(device);
  Recorder recorder(device);
  for (int i = 0; i < kDispatches; ++i) {
    operations.Norm(recorder, in, i % 2 == 0 ? x : y, weight, weight, 1e-5f, kWidth,
                    Which::kAllRows, 1, i % 2 == 0 ? y : x);
  }
  return BestOf(device, recorder.Finish()) / kDispatches;
}

}  // namespace

GraphicsCardSpeed MeasureSpeed(size_t number) {
  const std::unique_ptr<Device> device = OpenDevice(number);
  return {CopyBytesPerSecond(*device), DispatchSeconds(*device)};
}

}  // namespace musicgen::gpu
