#include "gpu/devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace musicgen::gpu {
namespace {

DeviceInfo Named(const std::string& name, DeviceKind kind, uint8_t uuid) {
  DeviceInfo info;
  info.name = name;
  info.kind = kind;
  info.uuid[3] = uuid;
  return info;
}

std::vector<std::string> Names(const std::vector<DeviceInfo>& devices) {
  std::vector<std::string> names;
  for (const DeviceInfo& device : devices) names.push_back(device.name);
  return names;
}

TEST(DevicesTest, DiscreteOnesCountFirstEachKindInItsOrder) {
  const std::vector<DeviceInfo> all = {Named("integrated", DeviceKind::kIntegrated, 1),
                                       Named("first card", DeviceKind::kDiscrete, 2),
                                       Named("second card", DeviceKind::kDiscrete, 3),
                                       Named("virtual", DeviceKind::kVirtual, 4)};
  EXPECT_THAT(Names(Countable(all, false)),
              testing::ElementsAre("first card", "second card", "integrated", "virtual"));
}

TEST(DevicesTest, SoftwareDevicesCountOnlyWhereAdmittedAndLast) {
  const std::vector<DeviceInfo> all = {Named("software", DeviceKind::kSoftware, 1),
                                       Named("card", DeviceKind::kDiscrete, 2)};
  EXPECT_THAT(Names(Countable(all, false)), testing::ElementsAre("card"));
  EXPECT_THAT(Names(Countable(all, true)), testing::ElementsAre("card", "software"));
}

TEST(DevicesTest, ADeviceOfTwoDriversCountsOnceByItsVendors) {
  std::vector<DeviceInfo> all = {Named("card", DeviceKind::kDiscrete, 1),
                                 Named("card, vendor's", DeviceKind::kDiscrete, 1),
                                 Named("card, third", DeviceKind::kDiscrete, 1)};
  all[1].vendors_driver = true;
  EXPECT_THAT(Names(Countable(all, false)), testing::ElementsAre("card, vendor's"));
}

TEST(DevicesTest, OnesThatLackSomethingDoNotCount) {
  std::vector<DeviceInfo> all = {Named("old", DeviceKind::kDiscrete, 1)};
  all[0].missing = "Vulkan 1.2";
  EXPECT_THAT(Names(Countable(all, true)), testing::IsEmpty());
}

}  // namespace
}  // namespace musicgen::gpu
