// A shader ready to run, in the variant that suits the device.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gpu/owned.h"

namespace musicgen::gpu {

// What a shader is compiled with.
struct ShaderShape {
  uint32_t bindings = 0;                          // buffers: 0 … bindings − 1
  uint32_t constants = 0;                         // words that a dispatch pushes
  std::span<const uint32_t> specialisation = {};  // of the constants 2, 3, … (0 and 1: exact.glsl)
};

class Pipeline {
 public:
  // Of shaders/NAME.comp. Throws Error.
  Pipeline(const Device& device, std::string_view name, const ShaderShape& shape);

  VkPipeline handle() const { return pipeline_.handle; }
  VkPipelineLayout layout() const { return layout_.handle; }
  VkDescriptorSetLayout set_layout() const { return set_layout_.handle; }
  uint32_t bindings() const { return bindings_; }
  uint32_t constants() const { return constants_; }

 private:
  uint32_t bindings_, constants_;
  Owned<VkDescriptorSetLayout, &Functions::vkDestroyDescriptorSetLayout> set_layout_;
  Owned<VkPipelineLayout, &Functions::vkDestroyPipelineLayout> layout_;
  Owned<VkPipeline, &Functions::vkDestroyPipeline> pipeline_;
};

}  // namespace musicgen::gpu
