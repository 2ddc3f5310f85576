#include "base/control_group.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace musicgen {
namespace {

namespace fs = std::filesystem;

// A system's files in a folder of their own.
class ControlGroupTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "control_group." +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }

  std::string root_;
};

constexpr char kFirstMounts[] =
    "25 20 0:22 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
    "26 20 0:23 / /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory\n";

TEST_F(ControlGroupTest, NoGroupsNoLimit) {
  EXPECT_EQ(ControlGroupFreeBytes(root_), std::nullopt);
  Write("/proc/self/cgroup", "0::/\n");
  Write("/proc/self/mountinfo", "24 1 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  Write("/sys/fs/cgroup/a/memory.max", "5\n");  // another's
  EXPECT_EQ(ControlGroupFreeBytes(root_), std::nullopt);
}

TEST_F(ControlGroupTest, TheSmallestUpTheTreeCounts) {
  Write("/proc/self/cgroup", "0::/outer/inner/own\n");
  Write("/proc/self/mountinfo", "24 1 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  Write("/sys/fs/cgroup/outer/memory.max", "1000\n");
  Write("/sys/fs/cgroup/outer/memory.current", "400\n");
  Write("/sys/fs/cgroup/outer/inner/memory.max", "max\n");
  Write("/sys/fs/cgroup/outer/inner/own/memory.max", "900\n");
  Write("/sys/fs/cgroup/outer/inner/own/memory.current", "200\n");
  EXPECT_EQ(ControlGroupFreeBytes(root_), 600u);
  Write("/sys/fs/cgroup/outer/inner/own/memory.current", "800\n");
  EXPECT_EQ(ControlGroupFreeBytes(root_), 100u);
}

TEST_F(ControlGroupTest, PagesOfFilesAreFree) {
  Write("/proc/self/cgroup", "0::/\n");
  Write("/proc/self/mountinfo", "24 1 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  Write("/sys/fs/cgroup/memory.max", "1000\n");
  Write("/sys/fs/cgroup/memory.current", "990\n");
  Write("/sys/fs/cgroup/memory.stat", "anon 90\nfile 900\ninactive_file 500\nactive_file 300\n");
  EXPECT_EQ(ControlGroupFreeBytes(root_), 810u);
  Write("/sys/fs/cgroup/memory.current", "5000\n");  // more than there is
  EXPECT_EQ(ControlGroupFreeBytes(root_), 0u);
}

TEST_F(ControlGroupTest, VersionOneToo) {
  Write("/proc/self/cgroup", "5:cpu:/x\n4:cpuset,memory:/docker/1\n0::/\n");
  Write("/proc/self/mountinfo", kFirstMounts);
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  Write("/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "400\n");
  Write("/sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes", "150\n");
  Write("/sys/fs/cgroup/memory/docker/1/memory.stat",
        "inactive_file 9\ntotal_inactive_file 50\ntotal_active_file 20\n");
  EXPECT_EQ(ControlGroupFreeBytes(root_), 320u);
}

TEST_F(ControlGroupTest, AContainerSeesItsGroupAsTheTop) {
  Write("/proc/self/mountinfo",
        "26 20 0:23 /docker/1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "400\n");
  Write("/sys/fs/cgroup/memory/own/memory.limit_in_bytes", "300\n");
  for (const auto& [group, free] : {std::pair("/docker/1", 400u), std::pair("/docker/1/own", 300u),
                                    std::pair("/docker/12", 400u), std::pair("/../up", 400u)}) {
    Write("/proc/self/cgroup", std::string("4:memory:") + group + "\n");
    EXPECT_EQ(ControlGroupFreeBytes(root_), free) << group;
  }
}

}  // namespace
}  // namespace musicgen
