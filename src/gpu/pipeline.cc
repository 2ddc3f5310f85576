#include "gpu/pipeline.h"

#include <string>
#include <vector>

#include "base/error.h"
#include "gpu/shader_modules.h"

namespace musicgen::gpu {

Pipeline::Pipeline(const Device& device, std::string_view name, const ShaderShape& shape)
    : bindings_(shape.bindings),
      constants_(shape.constants),
      set_layout_(device),
      layout_(device),
      pipeline_(device) {
  const Functions& functions = device.functions();
  const std::string doing = StrCat("compiling the shader ", name);

  std::vector<VkDescriptorSetLayoutBinding> bindings(bindings_);
  for (uint32_t i = 0; i < bindings_; ++i) {
    bindings[i] = {i, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr};
  }
  VkDescriptorSetLayoutCreateInfo set{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
  set.bindingCount = bindings_;
  set.pBindings = bindings.data();
  device.Check(
      functions.vkCreateDescriptorSetLayout(device.handle(), &set, nullptr, &set_layout_.handle),
      doing);

  const VkPushConstantRange range = {VK_SHADER_STAGE_COMPUTE_BIT, 0,
                                     constants_ * uint32_t{sizeof(uint32_t)}};
  VkPipelineLayoutCreateInfo layout{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
  layout.setLayoutCount = 1;
  layout.pSetLayouts = &set_layout_.handle;
  layout.pushConstantRangeCount = constants_ > 0 ? 1 : 0;
  layout.pPushConstantRanges = &range;
  device.Check(functions.vkCreatePipelineLayout(device.handle(), &layout, nullptr, &layout_.handle),
               doing);

  const Arithmetic& arithmetic = device.arithmetic();
  const std::span<const uint32_t> words = ShaderModule(name, arithmetic.exact_fma);
  VkShaderModuleCreateInfo module{VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
  module.codeSize = words.size_bytes();
  module.pCode = words.data();
  Owned<VkShaderModule, &Functions::vkDestroyShaderModule> shader(device);
  device.Check(functions.vkCreateShaderModule(device.handle(), &module, nullptr, &shader.handle),
               doing);

  std::vector<uint32_t> values = {arithmetic.refined_division ? 1u : 0u,
                                  arithmetic.refined_sqrt ? 1u : 0u};
  values.insert(values.end(), shape.specialisation.begin(), shape.specialisation.end());
  std::vector<VkSpecializationMapEntry> entries;
  for (uint32_t i = 0; i < values.size(); ++i) {
    entries.push_back({i, i * uint32_t{sizeof(uint32_t)}, sizeof(uint32_t)});
  }
  const VkSpecializationInfo specialisation = {static_cast<uint32_t>(entries.size()),
                                               entries.data(), values.size() * sizeof(uint32_t),
                                               values.data()};
  VkComputePipelineCreateInfo create{VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO};
  create.stage = {VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO};
  create.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  create.stage.module = shader.handle;
  create.stage.pName = "main";
  create.stage.pSpecializationInfo = &specialisation;
  create.layout = layout_.handle;
  device.Check(functions.vkCreateComputePipelines(device.handle(), VK_NULL_HANDLE, 1, &create,
                                                  nullptr, &pipeline_.handle),
               doing);
}

}  // namespace musicgen::gpu
