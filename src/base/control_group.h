// The memory that Linux's control groups (containers, services) leave a process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace musicgen {

// The smallest of what the groups leave free, from this process's own up to the outermost that can
// be seen, of version 1 and 2; pages of files count as free. Nothing when no group has a limit.
// `root` stands in front of /proc and the mount points, for tests.
std::optional<uint64_t> ControlGroupFreeBytes(const std::string& root = "");

}  // namespace musicgen
