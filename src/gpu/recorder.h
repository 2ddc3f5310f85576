// Commands that are recorded once and run as often as wanted, each time after all that was
// submitted before.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "gpu/arena.h"
#include "gpu/pipeline.h"

namespace musicgen::gpu {

enum class Access { kRead, kWrite, kReadWrite };

// A buffer of a shader, and what the shader does with it.
struct Binding {
  BufferRange range;
  Access access = Access::kRead;
};

class Recording {
 public:
  VkCommandBuffer commands() const { return commands_; }

 private:
  friend class Recorder;
  Owned<VkCommandPool, &Functions::vkDestroyCommandPool> pool_;
  Owned<VkDescriptorPool, &Functions::vkDestroyDescriptorPool> descriptors_;
  VkCommandBuffer commands_ = VK_NULL_HANDLE;  // the pool's
};

// Collects commands in the order in which they take effect. Where one needs what another before it
// has written, or overwrites what that reads or writes, a barrier goes between.
class Recorder {
 public:
  explicit Recorder(const Device& device) : device_(device) {}

  // Binding i of the shader is bindings[i]; both outlive the recording.
  void Dispatch(const Pipeline& pipeline, std::span<const Binding> bindings,
                std::span<const uint32_t> constants, uint32_t groups_x, uint32_t groups_y = 1);
  void Copy(const BufferRange& from, const BufferRange& to);

  // For the host to read what was written last, it waits for the run. Throws Error.
  Recording Finish();
  // So far.
  int barriers() const { return barriers_; }

 private:
  struct Command {
    const Pipeline* pipeline = nullptr;  // null: a copy
    std::vector<Binding> bindings;
    std::vector<uint32_t> constants;
    uint32_t groups_x = 0, groups_y = 0;
    bool barrier = false;  // before it
  };
  void Add(Command command);

  const Device& device_;
  std::vector<Command> commands_;
  std::vector<Binding> since_barrier_;
  int barriers_ = 0;
};

}  // namespace musicgen::gpu
