// Vulkan's types and constants. Its functions are called through gpu/functions.h alone.
#pragma once

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan_core.h>
