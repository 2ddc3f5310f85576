// LoRA adapters, merged into a model's weights.
#pragma once

#include <string>

namespace musicgen {

struct LoraFile {
  // A directory as PEFT saves it (adapter_config.json with adapter_model.safetensors or .bin), one
  // of these two files, or "org/name[@revision]" in the Hugging Face cache.
  std::string path;
  double strength = 1;  // from -100 to 100; 0 changes nothing
};

}  // namespace musicgen
