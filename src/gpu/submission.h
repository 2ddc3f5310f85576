// A run of commands that goes on while the host does something else.
#pragma once

#include <span>
#include <string_view>

#include "gpu/owned.h"

namespace musicgen::gpu {

class Submission {
 public:
  // Throws Error.
  explicit Submission(const Device& device);
  // Waits for what is running.
  ~Submission();
  Submission(const Submission&) = delete;
  Submission& operator=(const Submission&) = delete;

  // Nothing of it may be running. They run one after the other, after all that was submitted to the
  // device before. When it throws, nothing has happened. `doing`, for errors, outlives the run.
  void Start(std::span<const VkCommandBuffer> commands, std::string_view doing);
  bool running() const { return running_; }
  // Whether Wait would return at once. Throws DeviceLost.
  bool Done() const;
  // When it throws, nothing is running any more, and what it should have done may not be done.
  void Wait();

 private:
  const Device& device_;
  Owned<VkFence, &Functions::vkDestroyFence> fence_;
  std::string_view doing_;
  bool running_ = false, signalled_ = false;
};

}  // namespace musicgen::gpu
