#include "gpu/device_speed.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "gpu/test_device.h"

namespace musicgen::gpu {
namespace {

TEST(DeviceSpeedTest, IsMeasured) {
  MUSICGEN_NEEDS_DEVICE();
  const GraphicsCardSpeed speed = MeasureSpeed(0);
  EXPECT_GT(speed.copy_bytes_per_s, 1e6);
  EXPECT_GT(speed.dispatch_s, 0.0);
  EXPECT_LT(speed.dispatch_s, 1.0);
}

TEST(DeviceSpeedTest, RefusesADeviceThatIsNotThere) {
  MUSICGEN_NEEDS_DEVICE();
  EXPECT_THROW(MeasureSpeed(99), Error);
}

}  // namespace
}  // namespace musicgen::gpu
