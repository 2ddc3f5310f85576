#include "gpu/submission.h"

#include "base/check.h"
#include "base/error.h"
#include "gpu/device_lost.h"

namespace musicgen::gpu {

Submission::Submission(const Device& device) : device_(device), fence_(device) {
  const VkFenceCreateInfo create{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
  device.Check(device.functions().vkCreateFence(device.handle(), &create, nullptr, &fence_.handle),
               "making a fence");
}

Submission::~Submission() {
  if (running_) device_.functions().vkDeviceWaitIdle(device_.handle());
}

void Submission::Start(std::span<const VkCommandBuffer> commands, std::string_view doing) {
  MG_CHECK(!running_);
  if (signalled_) {
    device_.Check(device_.functions().vkResetFences(device_.handle(), 1, &fence_.handle), doing);
    signalled_ = false;
  }
  device_.Submit(commands, fence_.handle, doing);
  doing_ = doing;
  running_ = true;
}

bool Submission::Done() const {
  if (!running_) return true;
  const VkResult status = device_.functions().vkGetFenceStatus(device_.handle(), fence_.handle);
  if (status == VK_SUCCESS) return true;
  // Whatever else it says, Wait will say it too.
  if (status == VK_ERROR_DEVICE_LOST) device_.Check(status, doing_);
  return false;
}

void Submission::Wait() {
  if (!running_) return;
  running_ = false;
  signalled_ = true;
  try {
    device_.Await(fence_.handle, doing_);
  } catch (const DeviceLost&) {
    throw;
  } catch (const Error&) {
    // The wait had no memory, but what it waited for is there now if the device is still well.
    device_.Await(fence_.handle, doing_);
  }
}

}  // namespace musicgen::gpu
