#include "gpu/probe.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "gpu/test_device.h"

namespace musicgen::gpu {
namespace {

TEST(ProbeTest, FindsAVariantThatIsExact) {
  MUSICGEN_NEEDS_DEVICE();
  const Device& device = TestDevice();
  if (device.info().kind == DeviceKind::kSoftware) {  // Mesa's fuses nothing, the rest is exact
    EXPECT_TRUE(device.arithmetic().exact_fma);
    EXPECT_FALSE(device.arithmetic().refined_division);
    EXPECT_FALSE(device.arithmetic().refined_sqrt);
  }
}

// As cards need them whose own division and square root may be off.
TEST(ProbeTest, RefinedDivisionsAndRootsAreExactToo) {
  MUSICGEN_NEEDS_DEVICE();
  Device& device = TestDevice();
  const Arithmetic found = device.arithmetic();
  device.set_arithmetic({found.exact_fma, true, true});
  EXPECT_EQ(FindFaults(device), Faults());
  device.set_arithmetic(found);
}

TEST(ProbeTest, SeesThatMesasSoftwareFusesNothing) {
  MUSICGEN_NEEDS_DEVICE();
  Device& device = TestDevice();
  const Arithmetic found = device.arithmetic();
  if (!found.exact_fma) GTEST_SKIP() << "this device fuses";
  device.set_arithmetic({});
  EXPECT_TRUE(FindFaults(device).fused);
  device.set_arithmetic(found);
}

}  // namespace
}  // namespace musicgen::gpu
