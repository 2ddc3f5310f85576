#include "c_api/registry.h"

#include <array>
#include <atomic>
#include <mutex>
#include <unordered_map>

#include "base/error.h"

namespace musicgen::c_api {
namespace {

constexpr uintptr_t kStep = 16;  // as far apart as objects would lie

struct Entry {
  std::shared_ptr<void> object;
  const char* kind;
};

// One of several, so that threads seldom meet.
struct Shard {
  std::mutex mutex;
  std::unordered_map<uintptr_t, Entry> entries;
};

// Never destroyed: other threads may still work when the program ends.
Shard& ShardOf(uintptr_t handle) {
  static auto& shards = *new std::array<Shard, 16>;
  return shards[handle / kStep % shards.size()];
}

}  // namespace

uintptr_t Register(std::shared_ptr<void> object, const char* kind) {
  static std::atomic<uintptr_t> last{0};
  const uintptr_t handle = last.fetch_add(kStep, std::memory_order_relaxed) + kStep;
  Shard& shard = ShardOf(handle);
  std::lock_guard<std::mutex> lock(shard.mutex);
  shard.entries.emplace(handle, Entry{std::move(object), kind});
  return handle;
}

std::shared_ptr<void> Find(uintptr_t handle, const char* kind) {
  if (handle == 0) ThrowBadInput(kind, ": expected a handle, found NULL");
  Shard& shard = ShardOf(handle);
  std::lock_guard<std::mutex> lock(shard.mutex);
  const auto found = shard.entries.find(handle);
  if (found == shard.entries.end()) {
    ThrowBadInput(kind, ": expected a handle in use, found one that was freed or never made");
  }
  if (found->second.kind != kind) {
    ThrowBadInput(kind, ": expected a handle of this kind, found one of ", found->second.kind);
  }
  return found->second.object;
}

std::shared_ptr<void> Remove(uintptr_t handle, const char* kind) noexcept {
  if (handle == 0) return nullptr;
  Shard& shard = ShardOf(handle);
  std::lock_guard<std::mutex> lock(shard.mutex);
  const auto found = shard.entries.find(handle);
  if (found == shard.entries.end() || found->second.kind != kind) return nullptr;
  std::shared_ptr<void> object = std::move(found->second.object);
  shard.entries.erase(found);
  return object;
}

}  // namespace musicgen::c_api
