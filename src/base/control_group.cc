// Formats: cgroups(7), proc(5), and the kernel's admin-guide/cgroup-v1/memory, cgroup-v2.

#include "base/control_group.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace musicgen {
namespace {

constexpr uint64_t kNoLimit = uint64_t{1} << 62;  // version 1 has a number near 2^63 for "none"

// The files of a version.
struct Version {
  bool is_second;
  const char *limit, *used, *inactive, *active;
};
constexpr Version kFirst = {false, "memory.limit_in_bytes", "memory.usage_in_bytes",
                            "total_inactive_file", "total_active_file"};
constexpr Version kSecond = {true, "memory.max", "memory.current", "inactive_file", "active_file"};

bool Lists(const std::string& comma_separated, const std::string& word) {
  return ("," + comma_separated + ",").find("," + word + ",") != std::string::npos;
}

// A file of one number; nothing for "max" and where there is no such file.
std::optional<uint64_t> Number(const std::string& path) {
  std::ifstream file(path);
  uint64_t value = 0;
  if (file >> value) return value;
  return std::nullopt;
}

// What the system drops when memory is short: pages of files.
uint64_t Reclaimable(const std::string& folder, const Version& version) {
  std::ifstream file(folder + "/memory.stat");
  uint64_t sum = 0, value = 0;
  for (std::string key; file >> key >> value;) {
    if (key == version.inactive || key == version.active) sum += value;
  }
  return sum;
}

// The process's group, from a line "4:memory:/path" or "0::/path" of /proc/self/cgroup.
std::optional<std::string> OwnGroup(const std::string& root, const Version& version) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool is_it = version.is_second ? controllers.empty() : Lists(controllers, "memory");
    if (is_it) return line.substr(second + 1);
  }
  return std::nullopt;
}

struct Mount {
  std::string group;  // that is seen at its top
  std::string point;
};

// From /proc/self/mountinfo: id, parent, device, group, point, options, tags, "-", type, source,
// options of the file system.
std::optional<Mount> FindMount(const std::string& root, const Version& version) {
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream before(line.substr(0, dash)), behind(line.substr(dash + 3));
    std::string skipped, type, options;
    Mount mount;
    before >> skipped >> skipped >> skipped >> mount.group >> mount.point;
    behind >> type >> skipped >> options;
    const bool is_it =
        version.is_second ? type == "cgroup2" : type == "cgroup" && Lists(options, "memory");
    if (is_it) return mount;
  }
  return std::nullopt;
}

// `group` as a path below the mount; a container may see its own group as the top, or a path of the
// host that it cannot see: then the top is all there is.
std::string Below(const Mount& mount, const std::string& group) {
  const std::string top = mount.group == "/" ? "" : mount.group;
  const bool inside = group.compare(0, top.size(), top) == 0 &&
                      (group.size() == top.size() || group[top.size()] == '/');
  if (!inside || group.find("/..") != std::string::npos) return "";
  return group.substr(top.size());
}

std::optional<uint64_t> FreeBytes(const std::string& root, const Version& version) {
  const std::optional<std::string> group = OwnGroup(root, version);
  const std::optional<Mount> mount = FindMount(root, version);
  if (!group || !mount) return std::nullopt;
  std::optional<uint64_t> least;
  std::string path = Below(*mount, *group);
  while (true) {
    const std::string folder = root + mount->point + path;
    const std::optional<uint64_t> limit = Number(folder + "/" + version.limit);
    if (limit && *limit < kNoLimit) {
      const uint64_t used = Number(folder + "/" + version.used).value_or(0);
      const uint64_t kept = used - std::min(used, Reclaimable(folder, version));
      const uint64_t free = *limit - std::min(*limit, kept);
      least = least ? std::min(*least, free) : free;
    }
    if (path.empty()) return least;
    path.resize(path.rfind('/'));
  }
}

}  // namespace

std::optional<uint64_t> ControlGroupFreeBytes(const std::string& root) {
  std::optional<uint64_t> least = FreeBytes(root, kFirst);
  const std::optional<uint64_t> second = FreeBytes(root, kSecond);
  if (second && (!least || *second < *least)) least = second;
  return least;
}

}  // namespace musicgen
