#include "base/cpu.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace musicgen {

int ProcessorCount() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int CurrentProcessor() { return sched_getcpu(); }

void MoveToAnotherProcessor(std::span<const std::atomic<int>> taken) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  cpu_set_t others = allowed;
  for (const std::atomic<int>& one : taken) {
    const int processor = one.load(std::memory_order_relaxed);
    if (processor >= 0) CPU_CLR(static_cast<size_t>(processor), &others);
  }
  // Out of the mask it is moved at once.
  if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0) {
    sched_setaffinity(0, sizeof allowed, &allowed);
  }
}

void GiveWayToOthers() {
  constexpr int kNice = 5;  // a third of the usual weight
  // Of Linux alone: a thread has a priority of its own. Nothing depends on its success.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
}

std::string ProcessorName() {
  std::ifstream file("/proc/cpuinfo");
  const std::string key = "model name";
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, key.size(), key) != 0) continue;
    const size_t colon = line.find(':');
    if (colon != std::string::npos && colon + 2 <= line.size()) return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace musicgen
