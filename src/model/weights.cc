#include "model/weights.h"

#include "checkpoint/safetensors.h"
#include "checkpoint/torch_file.h"

namespace musicgen::model {

bool HasWeights(const std::string& directory) {
  return checkpoint::HasSafetensorsDirectory(directory) || checkpoint::HasTorchDirectory(directory);
}

std::shared_ptr<const checkpoint::TensorSource> OpenWeights(const std::string& directory) {
  if (checkpoint::HasSafetensorsDirectory(directory) || !checkpoint::HasTorchDirectory(directory)) {
    return checkpoint::OpenSafetensorsDirectory(directory);
  }
  return checkpoint::OpenTorchDirectory(directory);
}

}  // namespace musicgen::model
